#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 300
#
# Settings on running modules: whom they reach, in which form, and when.
. "${0%/*}/lib.sh"
use_local_registry

pid_of() { systemctl show -P MainPID "pm2@$1.service"; }
variable() { tr '\0' '\n' <"/proc/$(pid_of "$1")/environ" | sed -n "s/^$2=//p"; }
document() { variable "$1" "$1" | json "$2"; }
starts_of() { unit_journal "pm2@$1.service" -o json | grep -c '"JOB_RESULT":"done"'; }
unchanged() { [ "$1" = "$(pid_of "$2")" ] && systemctl is-active -q "pm2@$2.service"; }
restarted() { [ "$1" != "$(pid_of "$2")" ] && systemctl is-active -q "pm2@$2.service"; }

# -- whom a setting reaches
ok "a module can be set up before it is installed" pm2ctl set hello:early bird
ok "hello is installed" pm2ctl install hello
ok "sends is installed" pm2ctl install sends
is "what was set before is there" "$(variable hello early)" bird
hello=$(pid_of hello) sends=$(pid_of sends)
ok "a global key is set" pm2ctl set pmx_timeout value
like "... which restarts every module" "$OUTPUT" 'Restarted pm2@hello.service'
ok "... this one" restarted "$hello" hello
ok "... and that one" restarted "$sends" sends
ok "... and is a variable" wait_for 10 output_has '^pmx_timeout=value$' unit_journal pm2@hello.service
is "... of every module" "$(variable sends pmx_timeout)" value
is "... and in the document" "$(document sends 'd["pmx_timeout"]')" value

hello=$(pid_of hello) sends=$(pid_of sends)
ok "a module's key is set" pm2ctl set hello:nested:level:deep no hello:greeting 'good night' hello:-x -5
ok "... which restarts it" restarted "$hello" hello
ok "... and no other" unchanged "$sends" sends
is "... and is in its environment" "$(variable hello greeting)" 'good night'
is "... what is nested as JSON" "$(variable hello nested)" '{"level":{"deep":"no","number":7}}'
is "... and in its document" "$(document hello '[d["greeting"], d["nested"]["level"], d["-x"]]')" \
        '["good night", {"deep": "no", "number": 7}, "-5"]'
is "... and in no other's" "$(variable sends greeting)" ''
is "several are one restart" "$(pm2ctl set hello:a 1 hello:b 2 hello:c 3 2>&1 | grep -c Restarted)" 1
file=/etc/pm2ctl/modules/hello.ini
pm2ctl -q set hello:once one
hello=$(pid_of hello)
written=$(stat -c %i:%y $file)
ok "what is set already" pm2ctl set -q --json=short hello:once one
is "... changes nothing" "$OUTPUT" "[{\"name\":\"hello\",\"result\":\"unchanged\",\"changed\":false,\"error\":null,\"restarted\":[]}]"
is "... restarts nothing" "$(pid_of hello)" "$hello"
is "... and is not written" "$(stat -c %i:%y $file)" "$written"
ok "what is unset" pm2ctl unset -q --json=short hello:once
is "... changes" "$OUTPUT" "[{\"name\":\"hello\",\"result\":\"unset\",\"changed\":true,\"error\":null,\"restarted\":[\"pm2@hello.service\"]}]"
ok "... once" pm2ctl unset --json=short hello:once
like "... and not again" "$OUTPUT" '"result":"unchanged","changed":false'
hello=$(pid_of hello)
ok "typed values are set" pm2ctl set --typed hello:number 5 hello:list '[1,null]' hello:no false
is "... as what they are in the document" "$(document hello '[d["number"], d["list"], d["no"]]')" '[5, [1, null], false]'
is "... and as text in the variables" "$(variable hello number) $(variable hello list) $(variable hello no)" '5 [1,null] false'

ok "it is unset" pm2ctl unset hello:greeting hello:a
is "... which brings the default back" "$(variable hello greeting)" 'good evening'
is "... and leaves no variable" "$(tr '\0' '\n' <"/proc/$(pid_of hello)/environ" | grep -c '^a=')" 0
hello=$(pid_of hello)
ok "--no-restart leaves it running" pm2ctl set --no-restart hello:greeting later
ok "... as it is" unchanged "$hello" hello
ok "... until a restart by systemd" systemctl restart pm2@hello.service
is "... reads it" "$(variable hello greeting)" later

# -- modules that do not run
ok "a stopped module" pm2ctl stop hello
ok "... can be disabled" pm2ctl disable hello
unlike "... of which nothing runs on" "$OUTPUT" 'runs on'
ok "... and enabled" pm2ctl enable hello
ok "... takes a setting" pm2ctl set hello:greeting stopped
fails "... and is not started by it" systemctl is-active -q pm2@hello.service
ok "... but has it when it starts" pm2ctl start hello
is "... indeed" "$(variable hello greeting)" stopped

holds() { printf '[Service]\nTimeoutStopSec=60\nExecStopPost=+/bin/sh -c "while [ -e /run/hold ]; do sleep 0.05; done"\n'; }
mkdir /etc/systemd/system/pm2@hello.service.d
holds >/etc/systemd/system/pm2@hello.service.d/hold.conf
ok "a module that takes its time to stop" systemctl daemon-reload
ok "... runs" pm2ctl restart hello
touch /run/hold
ok "... and is stopped" systemctl stop --no-block pm2@hello.service
ok "... which it is not at once" wait_for 20 output_has '^deactivating' systemctl is-active pm2@hello.service
ok "... takes a setting meanwhile" pm2ctl set hello:greeting stopping
is "... which keeps nobody from stopping it" "$(systemctl is-active pm2@hello.service)" deactivating
rm -r /run/hold /etc/systemd/system/pm2@hello.service.d
ok "... so it ends" wait_for 20 output_has '^inactive' systemctl is-active pm2@hello.service
ok "... until it is started" systemctl daemon-reload
ok "... by hand" pm2ctl start hello
is "... with the setting" "$(variable hello greeting)" stopping
ok "... which is taken back" pm2ctl set hello:greeting stopped

mkdir -p /root/packages/needy/1.0.0
echo '{"name":"needy","version":"1.0.0","main":"x.js"}' >/root/packages/needy/1.0.0/package.json
echo 'if (!process.env.needed) process.exit(1); setInterval(() => {}, 60000)' >/root/packages/needy/1.0.0/x.js
mkdir -p /root/packages/boom/1.0.0
echo '{"name":"boom","version":"1.0.0","main":"x.js"}' >/root/packages/boom/1.0.0/package.json
echo 'function deep(n) { if (n) deep(n - 1); else throw new Error("boom") } deep(30)' >/root/packages/boom/1.0.0/x.js
ok "a registry has a module that lacks a setting" serve_packages /root/packages
use_registry "$SERVED"
exits "... which fails to start" 1 pm2ctl install needy
ok "... is started once it is set" pm2ctl set needy:needed yes
# one that is just ending reads it when systemd starts it again
ok "... and runs" wait_for 20 systemctl is-active -q pm2@needy.service
mkdir /etc/systemd/system/pm2@needy.service.d
holds >/etc/systemd/system/pm2@needy.service.d/hold.conf
ok "it takes its time to stop" systemctl daemon-reload
ok "... when it is restarted" pm2ctl restart needy
touch /run/hold
pm2ctl set needy:other x >/run/set.log 2>&1 & set_pid=$!
ok "... for a setting" wait_for 20 output_has '^deactivating' systemctl is-active pm2@needy.service
pm2ctl uninstall needy >/run/uninstall.log 2>&1 & uninstall_pid=$!
sleep 0.5 # for it to come in between, if it would
rm -r /run/hold /etc/systemd/system/pm2@needy.service.d
wait "$set_pid"; r=$?
is "who removes it meanwhile does not disturb that ($(cat /run/set.log))" "$r" 0
wait "$uninstall_pid"; r=$?
is "... but comes next ($(cat /run/uninstall.log))" "$r" 0
for try in 1 2 3; do
        ok "it is installed, $try" pm2ctl install needy
        pm2ctl uninstall needy >/run/uninstall.log 2>&1 & uninstall_pid=$!
        ok "... takes a setting while it goes" pm2ctl set "needy:other$try" x
        wait "$uninstall_pid"; r=$?
        is "... and goes ($(cat /run/uninstall.log))" "$r" 0
done
for command in "install boom" "start boom"; do
        exits "$command fails" 1 pm2ctl $command
        is "... with the first line of the error, of one run" "$(grep -c '| Error: boom' <<<"$OUTPUT")" 1
        unlike "... and not what systemd says" "$OUTPUT" 'systemd\['
done
ok "it goes" pm2ctl uninstall boom

# -- what they come from
mkdir -p /etc/systemd/system/pm2@hello.service.d
printf '[Service]\nEnvironment="retain=7" "other=x"\n' >/etc/systemd/system/pm2@hello.service.d/x.conf
ok "a drop-in" systemctl daemon-reload
ok "... takes effect at a restart" pm2ctl restart hello
is "... in the document" "$(document hello 'd["retain"]')" 7
is "conf shows where each value comes from" \
        "$(pm2ctl conf --json=short hello | json '[[r["key"], r["origin"]] for r in d if r["key"] in
                ("hello:retain", "hello:greeting", "hello:ratio", "hello:pmx_timeout")]')" \
        '[["hello:greeting", "module"], ["hello:retain", "drop-in"], ["hello:ratio", "package"], ["hello:pmx_timeout", "global"]]'
is "get tells the same" "$(pm2ctl get hello:retain; pm2ctl get hello:ratio; pm2ctl get hello:greeting)" $'7\n1.5\nstopped'
is "... and show" "$(pm2ctl show --json=short hello | json '[d["settings"][k] for k in ("retain", "ratio", "greeting")]')" \
        '["7", 1.5, "stopped"]'
rm -r /etc/systemd/system/pm2@hello.service.d
systemctl daemon-reload

# -- secrets
ok "a secret is set, not by the command line" bash -c 'echo canary-7f3a | pm2ctl set --secret hello:pin -'
is "... and reaches the module" "$(variable hello pin)" canary-7f3a
for command in 'pm2ctl get hello' 'pm2ctl conf hello' 'pm2ctl env hello' 'pm2ctl show hello' 'pm2ctl show --json=short hello' \
        'systemctl show pm2@hello.service' 'journalctl -o verbose --no-pager'; do
        unlike "$command does not tell it" "$($command 2>&1)" canary-7f3a
done
is "asked by name, get does" "$(pm2ctl get hello:pin)" canary-7f3a
ok "env" pm2ctl env hello
like "... prints what the module runs with" "$OUTPUT" '^greeting=stopped$'
like "... also where its credentials are" "$OUTPUT" '^CREDENTIALS_DIRECTORY=/run/credentials/'
like "... secrets where they are asked for" "$(pm2ctl env --show-secrets hello)" '^pin=canary-7f3a$'
is "... and everything else is equal" "$(pm2ctl env --json=short hello | json 'len(d)')" \
        "$(tr '\0' '\n' <"/proc/$(pid_of hello)/environ" | grep -c =)"
fails "nobody else reads the files" setpriv --reuid 65534 --clear-groups cat /etc/pm2ctl/modules/hello.ini
fails "... nor through pm2ctl" setpriv --reuid 65534 --clear-groups pm2ctl --system get hello:pin
fails "... nor writes them" setpriv --reuid 65534 --clear-groups pm2ctl --system set hello:pin 0

# -- trouble
sends=$(pid_of sends) hello=$(pid_of hello)
echo nonsense >>/etc/pm2ctl/modules/hello.ini
exits "a damaged file" 1 pm2ctl set hello:x y
unlike "... without a word on whether the module is there" "$OUTPUT" 'waits'
like "... is named, and its line" "$OUTPUT" '/etc/pm2ctl/modules/hello.ini: line [0-9]+: '
ok "... does not keep a global key from the others" pm2ctl set pmx_timeout other
ok "... which restart" restarted "$sends" sends
ok "... while the module runs on" unchanged "$hello" hello
exits "... also when it is to be restarted" 1 pm2ctl restart hello
like "... which tells the line" "$OUTPUT" 'hello is not restarted and goes on as it was: /etc/pm2ctl/modules/hello.ini: line [0-9]+: '
ok "... and stops nothing" unchanged "$hello" hello
exits "show tells what is known" 1 pm2ctl show hello
like "... how it runs" "$OUTPUT" 'Main PID: [0-9]'
like "... and what is wrong" "$OUTPUT" 'hello.ini: line [0-9]+: '
jlist_has_pid() { [ "$(pm2ctl jlist 2>/dev/null | json 'next(m["pid"] for m in d if m["name"] == "hello")')" = "$1" ]; }
ok "jlist has it all the same" jlist_has_pid "$hello"
mv /etc/pm2ctl/settings.ini /root/settings.ini
echo nonsense >/etc/pm2ctl/settings.ini
ok "... with damaged global settings too" jlist_has_pid "$hello"
mv /root/settings.ini /etc/pm2ctl/settings.ini
package=$(readlink -f /var/lib/pm2ctl/modules/sends/current/node_modules/sends)/package.json
mv "$package" /root/package.json
exits "show of a module without package.json" 1 pm2ctl show sends
like "... tells how it runs" "$OUTPUT" 'Main PID: [0-9]'
like "... and what is wrong" "$OUTPUT" 'package.json'
mv /root/package.json "$package"
fails "... though it would not start" systemctl restart pm2@hello.service
like "... and says why" "$(unit_journal pm2@hello.service)" 'hello.ini: line [0-9]+: '
file=$(readlink -f /var/lib/pm2ctl/modules/hello/current)/module.json
mv "$file" /root/module.json
echo nonsense >"$file"
exits "a damaged module.json" 1 pm2ctl start hello
like "... is told by its path" "$OUTPUT" "modules/hello: releases/.*/module.json: "
is "... and nothing else, since nothing ran" "$(wc -l <<<"$OUTPUT")" 1
mv /root/module.json "$file"
rm /etc/pm2ctl/modules/hello.ini
ok "without the file it does" pm2ctl start hello

ok "50 at once" bash -c 'for i in {1..50}; do pm2ctl -q set hello:k$i $i & done; wait'
is "... lose none" "$(grep -c '^k' /etc/pm2ctl/modules/hello.ini)" 50
ok "... and leave the module running" wait_for 10 systemctl is-active -q pm2@hello.service
ok "... with all of them" wait_for 10 test "$(document hello 'sum(k[0] == "k" for k in d)')" -eq 50

# -- the user scope has settings of its own
alice() { as_user alice "$@"; }
alice_has() { tr '\0' '\n' <"/proc/$(alice systemctl --user show -P MainPID pm2@hello.service)/environ" | sed -n "s/^$1=//p"; }
ok "alice has a manager" add_user alice 4001
use_local_registry /home/alice
ok "... and hello" alice pm2ctl install hello
hello=$(pid_of hello) before=$(cat /etc/pm2ctl/settings.ini /etc/pm2ctl/modules/*.ini | sha256sum)
ok "she sets it up" alice pm2ctl set hello:greeting salut pmx_timeout hers
like "... which restarts hers" "$OUTPUT" 'Restarted pm2@hello.service'
is "... and is in its environment" "$(alice_has greeting) $(alice_has pmx_timeout)" 'salut hers'
ok "... and leaves the system's alone" unchanged "$hello" hello
is "... its files too" "$(cat /etc/pm2ctl/settings.ini /etc/pm2ctl/modules/*.ini | sha256sum)" "$before"
is "... and is in files only she reads" "$(stat -c '%U %a' /home/alice/.config/pm2ctl/modules/hello.ini)" 'alice 600'
ok "she unsets it" alice pm2ctl unset hello:greeting
is "... and it is gone" "$(alice_has greeting)" 'good evening'

# -- and the system's are not hers
for verb in 'get' 'get hello:k1' 'conf' 'conf hello' 'env hello' 'set hello:k1 x' 'unset hello:k1' 'install hello' 'update hello' 'outdated' \
        'rollback hello' 'enable hello' 'disable hello' 'uninstall hello' 'cache clean' 'stop hello' 'restart hello'; do
        # shellcheck disable=SC2086 # words
        exits "alice shall not $verb of the system's" $([ "$verb" = outdated ] && echo 6 || echo 1) alice pm2ctl --system $verb
        is "... is said in a sentence" "$(grep -c . <<<"$OUTPUT")" 1
        like "... with what she can do" "$OUTPUT" "^pm2ctl: .*only root manages the system's modules: use sudo, or --user for your own"
done
ok "... and nothing came of it" unchanged "$hello" hello

# -- any key, any value: 10,000 of them from the command line to the process
ok "they arrive byte for byte" python3 "$TESTS/system/settings.py" 10000
done_testing
