#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 180
# What systemd makes of a unit's properties, now and after a daemon-reload.
. "${0%/*}/unit.bash"

useradd -m -u 4001 alice
add() { ok "$1 starts" helper "${@:3}" start "$2"; }

make_module /srv/plain plain
add "a module" /srv/plain
same_after_reload "a module" pm2@plain.service
is "it is in the modules' slice" "$(property pm2@plain.service Slice)" pm2.slice
is "its user is its own" "$(property pm2@plain.service User)" pm2-plain
like "and dynamic" "$(id pm2-plain)" 'uid=6[1-5][0-9]{3}\(pm2-plain\)'
is "its data folder is its own" "$(stat -c '%U %a' /var/lib/pm2ctl-data/plain/.)" "pm2-plain 700"
is "its runtime folder is its own" "$(stat -c '%U %a' /run/pm2ctl/plain)" "pm2-plain 700"
is "what it says names it" "$(property pm2@plain.service SyslogIdentifier)" plain
like "and carries its name" "$(property pm2@plain.service LogExtraFields)" '\bPM2_MODULE=plain\b'
ok "what the launcher said is shown" output_has 'Status: "up as plain"' systemctl status pm2@plain

make_module /srv/scoped @acme/tool '"max_memory_restart": "100M", "restart_delay": 250, "stop_exit_codes": [ 3, 4 ]'
sed -i 's|"version"|"description": "50%h of $HOME; \\"x\\" # y", "homepage": "https://example.com/~a?b=c\&d#e", "version"|' /srv/scoped/package.json
add "one with a scope and every field" /srv/scoped
same_after_reload "every field" pm2@acme:tool.service
is "its description is as it was" "$(property pm2@acme:tool.service Description)" '@acme/tool: 50%h of $HOME; "x" # y'
is "its homepage too" "$(property pm2@acme:tool.service Documentation)" '"https://example.com/~a?b=c&d#e"'
is "its data folder has no ':'" "$(stat -c %a /var/lib/pm2ctl-data/@acme+tool/.)" 700
is "it has 100 MiB" "$(property pm2@acme:tool.service MemoryMax)" 104857600

long=$(printf '%0187d' 0 | tr 0 n)
make_module /srv/longer "n$long"
fails "a name that leaves no room for a private /tmp is refused" helper start /srv/longer
make_module /srv/long "$long"
add "one with a name of 187 bytes" /srv/long
same_after_reload "a long name" "pm2@$long.service"

make_module /srv/static static
add "one as a user of the host" /srv/static --uid=alice
same_after_reload "a user of the host" pm2@static.service
is "it runs as alice" "$(ps -o user= -p "$(main_pid pm2@static.service)")" alice
is "so its data are alice's" "$(stat -c %U /var/lib/pm2ctl-data/static/.)" alice
ok "as one of its own again" helper start /srv/static
is "its data follow" "$(stat -c %U /var/lib/pm2ctl-data/static/.)" pm2-static

make_module /srv/grouped grouped
add "one with a group of the host" /srv/grouped --gid=adm
same_after_reload "a group of the host" pm2@grouped.service
is "it has the group" "$(ps -o user:20=,group= -p "$(main_pid pm2@grouped.service)" | xargs)" "pm2-grouped adm"

n=0
for folder in '/home/alice/my tool' "/home/alice/50%h a:b 'c' \$d;e#f=" /var/lib/linked /srv/linked; do
        n=$((n + 1))
        make_module "$folder" "linked$n" '' 'touch written ../beside; exec sleep 10000'
        chown -R alice: "$folder"
        add "a linked folder, $folder," "$folder" --link --uid=alice
        same_after_reload "a linked folder, $folder" "pm2@linked$n.service"
        ok "it can write there" test -e "$folder/written"
        fails "and to nothing beside" test -e "${folder%/*}/beside"
done

make_module '/home/alice/"q"' quoted
fails "a linked folder with quotes in its path is refused" helper --link --uid=alice start '/home/alice/"q"'
like "by name" "$OUTPUT" 'ReadWritePaths=.*/home/alice/"q"'

make_module /srv/cwd cwd '"cwd": "a\\b \"c\" %h $HOME;"'
mkdir '/srv/cwd/a\b "c" %h $HOME;'
ln -s ../run '/srv/cwd/a\b "c" %h $HOME;/run'
add "a working directory of odd characters" /srv/cwd
same_after_reload "a working directory of odd characters" pm2@cwd.service
is "it is entered" "$(readlink "/proc/$(main_pid pm2@cwd.service)/cwd")" '/srv/cwd/a\b "c" %h $HOME;'

for unit in plain acme:tool static grouped linked1 linked4; do
        ok "systemd-analyze rates pm2@$unit at 2.0 or better" \
                systemd-analyze security --no-pager --threshold=20 "pm2@$unit.service"
done

# What is there of a property, not what was asked for
make_module /srv/agent agent '' "$AGENT"
add "a module that looks around" /srv/agent
fails "the sandbox: /home is closed" inside agent ls /home/alice
fails "the sandbox: nothing is written to /etc" inside agent touch /etc/x
fails "the sandbox: nor to the modules" inside agent touch /srv/agent/x
is "the sandbox: /tmp is its own" "$(inside agent ls -A /tmp)" ""
ok "the sandbox: and can be used" inside agent touch /tmp/x
fails "the sandbox: no namespaces" inside agent unshare -U true
fails "the sandbox: no realtime" inside agent chrt -f 1 true
fails "the sandbox: no disks" inside agent test -e /dev/loop0
like "the sandbox: no capabilities" "$(inside agent cat /proc/self/status)" 'CapBnd:.0000000000000000'
like "the sandbox: no new privileges" "$(inside agent cat /proc/self/status)" 'NoNewPrivs:.1$'
like "the sandbox: a system call filter" "$(inside agent cat /proc/self/status)" 'Seccomp:.2$'
ok "but node works in it" inside agent node -e 'require("os").cpus().length > 0 || process.exit(1)'
ok "and sees the network's interfaces" inside agent node -e 'require("os").networkInterfaces().lo || process.exit(1)'
ok "and its child processes" inside agent node -e 'require("child_process").execSync("ps -e")'

done_testing
