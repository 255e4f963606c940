#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 240
#
# The table "What each program may do" of docs/SECURITY.md: each "may not" is tried from where it has to hold, by
# may-not.py. That what is tried could be had at all is seen from root, or from a line of what may be done.
. "${0%/*}/unit.bash"
use_local_registry

probe=/usr/local/bin/may-not.py
install -m 755 "${0%/*}/may-not.py" $probe

# may_not WHO OUTPUT COUNT: OUTPUT is what the probe said, COUNT attempts of which none succeeded
may_not() {
        local who=$1 output=$2 line
        while IFS= read -r line; do
                case $line in
                'could-not '*) test_line ok "$who cannot ${line#could-not }";;
                'could '*) test_line "not ok" "$who cannot ${line#could }";;
                esac
        done <<<"$output"
        is "$who: as many attempts as were to be made" "$(grep -cE '^could(-not)? ' <<<"$output")" "$3" || test_comment <<<"$output"
}

# may WHO OUTPUT: all of it succeeded
may() { unlike "$1 can" "$2" '^could-not |^$'; }

# What there is to be had
useradd -m -u 4001 alice
as_alice() { setpriv --reuid 4001 --regid 4001 --clear-groups env -C / HOME=/home/alice "$@"; }
install -d -m 700 -o alice /home/alice/private
echo canary >/home/alice/private/file
echo canary >/root/canary
mkdir /srv/packages
cp -r "$TESTS/packages/hello" /srv/packages/
port=${REGISTRY##*:}; port=${port%%/*}

settings=(read=/etc/pm2ctl/settings.ini list=/etc/pm2ctl/modules read=/etc/pm2ctl/modules/hello.ini)
homes=(read=/home/alice/private/file list=/root read=/root/canary)
data=(list=/var/lib/pm2ctl-data/hello/ list=/var/lib/private/pm2ctl-data/hello read=/run/credentials/pm2@hello.service/module
        list=/run/pm2ctl/hello connect=/run/pm2ctl/hello/control.sock)
state=(write=/var/lib/pm2ctl write=/var/lib/pm2ctl/modules/hello write=/etc/pm2ctl/settings.ini
        write=/etc/pm2ctl/modules/hello.ini write=/etc write=/etc/systemd/system write=/usr/local/bin write=/run write=/run/pm2ctl)
records=(write=/var/lib/pm2ctl/axm)
systemd=(connect=/run/systemd/private unit=pm2@hello.service)
probe() { python3 $probe "$@"; }

echo "//${REGISTRY#*//}:_authToken=canary" >>/root/.npmrc
for key in hello:canary canary; do pm2ctl set "$key" canary; done
ok "a module is installed" pm2ctl install hello
pid=$(main_pid pm2@hello.service)
unlike "root can" \
        "$(probe "${settings[@]}" "${homes[@]}" "${data[@]}" connect=/run/systemd/private list=/run/credentials list=/var/cache/pm2ctl signal="$pid")" could-not

# Install scripts. What they do is seen in what they leave in their package.
folder=/srv/packages/probes/1.0.0
mkdir -p $folder
echo '{ "name": "probes", "version": "1.0.0", "apps": [ { "script": "run.sh" } ], "scripts": { "install": "bash ./install" } }' >$folder/package.json
printf '%s\n' "$AGENT" >$folder/run.sh
cat >$folder/install <<X
id -u >user
cat /run/credentials/*/request >request
env >environment
ls /var/lib/private/pm2ctl/staging >staging
ls -A /dev/shm >shm
python3 $probe dial=$port >dialled
python3 $probe ${settings[*]} ${homes[*]} ${data[*]} ${state[*]} ${records[*]} ${systemd[*]} signal=$pid gain= list=/var/cache/pm2ctl list=/var/cache/private \
        >results 2>&1
X
serve_packages /srv/packages
use_registry "$SERVED"
touch /dev/shm/of-the-host
for option in '' --scripts-network; do
        # shellcheck disable=SC2086
        ok "a package whose script tries things is installed ${option:+with $option}" pm2ctl install $option probes
        left=/var/lib/pm2ctl/modules/probes/current/node_modules/probes
        [ -n "$option" ] || may_not "an install script" "$(cat "$left/dialled")" 2
        [ -z "$option" ] || may "an install script with --scripts-network" "$(grep 127.0.0.1 "$left/dialled")"
        may_not "an install script ${option:+with $option}" "$(cat "$left/results")" 46
        like "its user is one for it alone" "$(cat "$left/user")" '^6[1-5][0-9]{3}$'
        unlike "its request holds no token" "$(cat "$left/request")" canary
        unlike "nor does its environment" "$(cat "$left/environment")" canary
        is "it sees no other staging folder" "$(wc -l <"$left/staging")" 1
        pm2ctl uninstall probes >/dev/null 2>&1
done

# as_process PID WORD...: the probe, in the namespaces of that process and as its user. Filters of system calls do not come
# along, nor does its bounding set, so those are looked at.
as_process() {
        local pid=$1; shift
        setpriv --clear-groups nsenter -t "$pid" -m -n -i -u -U setpriv --reuid "$(stat -c %u "/proc/$pid")" --regid "$(stat -c %g "/proc/$pid")" \
                --keep-groups --bounding-set=-all --inh-caps=-all --no-new-privs python3 $probe "$@"
}
cannot_gain() { # WHO PID
        is "$1 can gain nothing" "$(awk '/^(CapEff|CapBnd|NoNewPrivs|Seccomp):/ { print $2 }' "/proc/$2/status" | xargs)" \
                "0000000000000000 0000000000000000 1 2"
}

# Fetching: held up by a registry that does not answer
cat >/usr/local/bin/silent-registry <<'X'
import socket, time
s = socket.create_server(("127.0.0.1", 0), backlog=100)
print(s.getsockname()[1], flush=True)
time.sleep(10000)
X
setsid python3 /usr/local/bin/silent-registry >/root/silent </dev/null &
wait_for 10 test -s /root/silent
use_registry "http://127.0.0.1:$(cat /root/silent)/"
for what in "install probes:fetch" "outdated hello:versions"; do
        # shellcheck disable=SC2086
        pm2ctl ${what%:*} >/root/said 2>&1 &
        wait_for 20 output_has "pm2-${what#*:}@" systemctl list-units --plain --no-legend 'pm2-*@*.service'
        unit=$(systemctl list-units --plain --no-legend "pm2-${what#*:}@*" | awk '{ print $1 }')
        wait_for 20 output_has '^[1-9]' property "$unit" MainPID
        pid_of=$(main_pid "$unit")
        wait_for 20 grep -qx pm2-fetch "/proc/$pid_of/comm"   # before, it is the manager's child
        may_not "pm2-${what#*:}" "$(as_process "$pid_of" "${settings[@]}" "${homes[@]}" "${data[@]}" "${state[@]}" "${records[@]}" connect=/run/systemd/private signal="$pid")" 27
        may "pm2-${what#*:}" "$(as_process "$pid_of" list=/var/cache/pm2ctl dial="$port" read=/run/credentials/"$unit"/request | grep -v ::1)"
        cannot_gain "pm2-${what#*:}" "$pid_of"
        pkill -INT -x pm2ctl
        wait $!
done
use_local_registry

# The relay
wait_for 20 systemctl is-active pm2-axm-relay.service
relay=$(main_pid pm2-axm-relay.service)
may_not "the relay" "$(as_process "$relay" "${settings[@]}" "${homes[@]}" "${data[@]}" "${state[@]}" "${systemd[@]}" signal="$pid" dial="$port")" 33
may "the relay" "$(as_process "$relay" write=/var/lib/pm2ctl/axm list=/var/log/journal)"
cannot_gain "the relay" "$relay"

# A module
mkdir -p /srv/packages/agent/1.0.0
echo '{ "name": "agent", "version": "1.0.0", "apps": [ { "script": "run.sh" } ] }' >/srv/packages/agent/1.0.0/package.json
echo "$AGENT" >/srv/packages/agent/1.0.0/run.sh
use_registry "$SERVED"
ok "another module is installed" pm2ctl install agent
package=/var/lib/pm2ctl/modules/agent/current/node_modules/agent
may_not "a module" "$(inside agent python3 $probe "${settings[@]}" "${homes[@]}" "${data[@]}" "${state[@]}" "${records[@]}" "${systemd[@]}" signal="$pid" gain= \
        write=$package write=$package/package.json list=/var/cache/private write=/var/cache/pm2ctl)" 48
may "a module" "$(inside agent python3 $probe write=/var/lib/pm2ctl-data/agent write=/run/pm2ctl/agent read=$package/package.json \
        dial="$port" | grep -v ::1)"

# A user without privileges
may_not "a user" "$(as_alice python3 $probe "${settings[@]}" list=/root read=/root/canary "${data[@]}" "${state[@]}" "${records[@]}" "${systemd[@]}" signal="$pid" \
        list=/var/cache/private write=/var/cache/pm2ctl write=$package)" 34
for verb in "set hello:canary other" "unset hello:canary" "stop hello" "uninstall hello" "trigger hello tick" "get hello:canary" "update hello"; do
        # shellcheck disable=SC2086
        fails "a user cannot pm2ctl --system $verb" as_alice pm2ctl --system $verb
done
is "nothing came of it" "$(pm2ctl get hello:canary) $(main_pid pm2@hello.service)" "canary $pid"

# pm2ctl itself, as root: what dials is the unit, what executes is not root
ok "pm2ctl installs without a network of its own" unshare -n pm2ctl install probes
ok "and looks for versions" unshare -n pm2ctl outdated all
is "scripts did not run as root" "$(grep -cx 0 "$left/user")" 0

# Somebody else's folder
mkdir -p /home/alice/theirs
echo '{ "name": "theirs", "version": "1.0.0", "apps": [ { "script": "run.sh" } ], "scripts": { "prepack": "touch /root/pwned" } }' \
        >/home/alice/theirs/package.json
echo true >/home/alice/theirs/run.sh
chown -R alice: /home/alice/theirs
for verb in package "publish --dry-run"; do
        # shellcheck disable=SC2086
        fails "pm2ctl $verb of another user's folder is refused, as root" pm2ctl $verb /home/alice/theirs
        fails "and runs none of its scripts" test -e /root/pwned
done
done_testing
