#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# pm2-launch and its bridge under a real manager: who the process is, what it sees, what becomes of what it says.
# timeout: 600
. "${0%/*}/lib.sh"

packages=$(mktemp -d)

# package NAME APP-FIELDS SCRIPT...: one more for the test's own registry, from the script on stdin
package() {
        mkdir -p "$packages/$1/1.0.0"
        cat >"$packages/$1/1.0.0/index.js"
        printf '{"name":"%s","version":"1.0.0","apps":[{"script":"index.js"%s}]%s}\n' "$1" "${2:+,$2}" "${3:+,$3}" \
                >"$packages/$1/1.0.0/package.json"
}

property() { systemctl show -P "$2" "pm2@$1.service"; }
main_pid() { property "$1" MainPID; }
variable() { tr '\0' '\n' <"/proc/$(main_pid "$1")/environ" | sed -n "s/^$2=//p"; }   # MODULE NAME
bridge() { # MODULE of the system scope
        local pid
        for pid in $(pgrep -f "^pm2-bridge.$1\$"); do
                grep -q user.slice "/proc/$pid/cgroup" || echo "$pid"
        done
}

# entries MODULE FIELD=VALUE...: its structured entries as JSON, one a line
entries() {
        local unit=pm2@$1.service; shift
        journalctl --sync
        journalctl _SYSTEMD_UNIT="$unit" "$@" --no-pager -o json --all
}

# json_lines EXPRESSION: over `all`, the documents on stdin
json_lines() {
        python3 -c '
import json, sys
all = [json.loads(line) for line in sys.stdin]
print(eval("(" + sys.argv[1] + ")"))' "$1"
}

package talks '' '"config":{"drive":"/"}' <<'END'
const fs = require('fs')
fs.writeFileSync(process.env.HOME + '/written', 'x')
console.log('I am ' + process.pid)
process.send({ type: 'axm:option:configuration', data: { ...process.env, conf: JSON.parse(process.env.talks) } })
process.send({ type: 'human:event', data: { url: 'https://u:' + process.env.password + '@h/' } })
setInterval(() => process.send({ type: 'axm:monitor', data: { pass: { value: process.env.password },
  beat: { value: Date.now() } } }), 300)
process.on('SIGUSR2', () => process.exit(42))
END
for name in again again2 again3 again4; do
package $name '"max_restarts":1000,"restart_delay":10' '"config":{"runs":50}' <<'END'
const fs = require('fs'), count = process.env.STATE_DIRECTORY + '/count'
const run = fs.existsSync(count) ? +fs.readFileSync(count) + 1 : 1
if (run > +process.env.runs) process.send({ type: 'done', data: run }), setInterval(() => {}, 60000)
else {
  fs.writeFileSync(count, String(run))
  for (let i = 1; i <= 5; i++) process.send({ type: 'n', data: { run, i } })
  process.exit(0)
}
END
done
package short '"autorestart":false,"interpreter":"bash"' <<'END'
exit 0
END
package hurried '"autorestart":false' <<'END'
process.send({ type: 'hurried', data: process.pid })
process.exit(0)
END
package floods <<'END'
for (let i = 0; i < 20; i++) process.send({ type: 'axm:monitor', data: { m: { value: Array(50000).fill(i) } } })
for (let i = 0; i < 30000; i++) process.send({ type: 'axm:monitor', data: { ['m' + i % 300]: { value: i } } })
setInterval(() => {}, 60000)
END
ok "a registry serves the test's packages" serve_packages "$packages"
use_registry "$SERVED"

# -- the process -------------------------------------------------------------------------------------------------------
canary=canary-$RANDOM$RANDOM$RANDOM
ok "settings are there before the module" pm2ctl set talks:password "$canary" talks:default-strategy 'a b' pmx_timeout value
ok "it is installed" env CALLERS=own pm2ctl install talks
pid=$(main_pid talks)
is "the main process is node" "$(cat "/proc/$pid/comm")" node
is "in the slice of modules" "$(property talks Slice)" pm2.slice
ok "with a bridge beside it" test -n "$(bridge talks)"
like "which systemctl status shows" "$(systemctl status --no-pager pm2@talks)" 'pm2-bridge talks$'
ok "STATUS= shows metrics" wait_for 10 output_has '^beat: [0-9]' bash -c \
        'systemctl show -P StatusText pm2@talks | sed "s/.*, //"'
before=$(property talks StatusText)
ok "which change" wait_for 10 bash -c '[ "$(systemctl show -P StatusText pm2@talks)" != "$1" ]' - "$before"

# -- what it sees ------------------------------------------------------------------------------------------------------
is "a setting is a variable" "$(variable talks password)" "$canary"
is "also one whose name systemd would refuse" "$(variable talks default-strategy)" 'a b'
is "a global one too" "$(variable talks pmx_timeout)" value
is "the document has the module's name" "$(variable talks talks | json 'sorted(d.items())')" \
        "[[\"default-strategy\", \"a b\"], [\"drive\", \"/\"], [\"password\", \"$canary\"], [\"pmx_timeout\", \"value\"]]"
is "HOME is the folder for its data" "$(variable talks HOME)" /var/lib/pm2ctl-data/talks
ok "where it writes" test -e /var/lib/pm2ctl-data/talks/written
is "the caller's environment is not its" "$(variable talks CALLERS)" ''
ok "a drop-in's environment comes before settings" bash -c '
        mkdir -p /etc/systemd/system/pm2@talks.service.d
        printf "[Service]\nEnvironment=drive=/boot pmx_timeout=no DB_TOKEN=dropped-secret\n" \
                >/etc/systemd/system/pm2@talks.service.d/x.conf
        systemctl daemon-reload && systemctl restart pm2@talks'
is "and after the package's defaults" "$(variable talks drive) $(variable talks pmx_timeout)" "/boot value"
ok "a setting is unset" pm2ctl unset talks:default-strategy
is "and its variable gone" "$(variable talks default-strategy)" ''

# -- where the secret is not -------------------------------------------------------------------------------------------
ok "the module speaks" wait_for 10 output_has AXM_TYPE journalctl -u pm2@talks -o verbose --no-pager
sleep 1
unlike "the canary is not in the journal, nor a drop-in's secret" "$(journalctl --sync; journalctl -o verbose --all --no-pager)" "$canary|dropped-secret"
unlike "nor in the unit's properties" "$(systemctl show pm2@talks)" "$canary"
unlike "nor in any command line" "$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n')" "$canary"
unlike "nor in the bridge's environment" "$(tr '\0' '\n' <"/proc/$(bridge talks)/environ"; echo .)" "$canary"
unlike "nor among its metrics" "$(cat /run/pm2ctl/talks/monitor.json)" "$canary"
like "where a mask stands for it" "$(cat /run/pm2ctl/talks/monitor.json)" '\*{8}'
is "the metrics are the module's user's alone" "$(stat -c %a /run/pm2ctl/talks /run/pm2ctl/talks/monitor.json | tr '\n' ' ')" "700 600 "
is "a module cannot look into its bridge" "$(stat -c %u "/proc/$(bridge talks)/mem")" 0
ok "MODULE_DEBUG logs messages in full" bash -c '
        pm2ctl set talks:MODULE_DEBUG 1 && sleep 1 && journalctl --sync
        journalctl -u pm2@talks --no-pager -o cat | grep -q "^Module sent: {\"type\":\"axm:option"'
unlike "but not the canary" "$(journalctl --sync; journalctl -o verbose --all --no-pager)" "$canary"

# -- how it ends -------------------------------------------------------------------------------------------------------
kill -USR2 "$(main_pid talks)"
ok "its exit status is the unit's" wait_for 10 output_has 'code=exited, status=42/' unit_journal pm2@talks -t systemd
ok "and it is restarted" wait_for 10 output_has '^running$' property talks SubState
kill -KILL "$(main_pid talks)"
ok "so is the signal that ends it" wait_for 10 output_has 'code=killed, status=9/KILL' unit_journal pm2@talks -t systemd
ok "it is restarted once more" wait_for 10 output_has '^running$' property talks SubState
bridge=$(bridge talks) start=${EPOCHREALTIME/./}
ok "it is stopped" systemctl stop pm2@talks
ok "at once" test $((${EPOCHREALTIME/./} - start)) -lt 1000000
fails "the bridge goes with it" kill -0 "$bridge"
is "as if it had succeeded" "$(property talks ActiveState)" inactive

ok "a module that ends at once is no failure" pm2ctl install short
for _ in {1..20}; do pm2ctl start -q short; done >/dev/null 2>&1
unlike "however often" "$(unit_journal pm2@short -t systemd)" "protocol|Failed"

# -- nothing is lost ---------------------------------------------------------------------------------------------------
# Who sent an entry is found out once it is read, which a busy machine may delay.
pm2ctl install -q hurried >/dev/null 2>&1
systemctl kill --kill-whom=main -s STOP systemd-journald
pm2ctl start -q hurried >/dev/null 2>&1 &
sleep 1
systemctl kill --kill-whom=main -s CONT systemd-journald
wait $!
is "what is said while journald is held up comes in under its unit" \
        "$(journalctl --sync; journalctl _SYSTEMD_UNIT=pm2@hurried.service AXM_TYPE=hurried -o cat | wc -l)" 2

# missing MATCH...: what is missing of five messages each of 50 runs, and from how many runs they are
missing() {
        journalctl AXM_TYPE=n "$@" --no-pager -o json --all | json_lines "sorted(
                {(run, i) for run in range(1, 51) for i in range(1, 6)} -
                {(d['run'], d['i']) for d in (json.loads(e['AXM_DATA']) for e in all)}),
                len({e['_SYSTEMD_INVOCATION_ID'] for e in all})"
}

ok "a user has a module, too" eval 'add_user alice 4001 && use_registry "$SERVED" /home/alice &&
        as_user alice pm2ctl set talks:password "$canary" && as_user alice pm2ctl install talks'
as_user alice pm2ctl install again >/dev/null 2>&1   # which tells that it does not stay
pm2ctl install again again2 again3 again4 >/dev/null 2>&1
for name in again again2 again3 again4; do
        ok "$name runs 50 times" wait_for 200 output_has 51 journalctl "_SYSTEMD_UNIT=pm2@$name.service" AXM_TYPE=done -o cat
        is "what it says just before it ends comes in, under its unit and run" "$(missing "_SYSTEMD_UNIT=pm2@$name.service")" "([], 50)"
done
ok "so does a user's" wait_for 200 output_has 51 journalctl _UID=4001 AXM_TYPE=done -o cat
is "and nothing is lost there either" "$(missing _SYSTEMD_USER_UNIT=pm2@again.service _UID=4001 PM2_MODULE=again)" "([], 50)"
pid=$(as_user alice systemctl --user show -P MainPID pm2@talks)
is "the main process is node there, too" "$(cat "/proc/$pid/comm")" node
is "and HOME the user's" "$(tr '\0' '\n' <"/proc/$pid/environ" | sed -n 's/^HOME=//p')" /home/alice
fails "whose other processes cannot read the settings' environment by way of the bridge" \
        as_user alice cat "/proc/$(pgrep -u alice -f '^pm2-bridge.talks$')/environ"
unlike "the user's journal has no secret" "$(journalctl --sync; journalctl _UID=4001 -o verbose --all --no-pager)" "$canary"

# -- memory ------------------------------------------------------------------------------------------------------------
ok "a flood of metrics is survived" pm2ctl install floods
ok "by its bridge" wait_for 20 output_has 'm[0-9]+: 29' property floods StatusText
for module in again floods; do
        size=$(anonymous_kib "$(bridge $module)")
        ok "the bridge of '$module' has $size KiB of its own" test "$size" -le 1024
done

# -- pm2-launch's own failures -----------------------------------------------------------------------------------------
rm /var/lib/pm2ctl/modules/again/current/node_modules/again/index.js
fails "without its script it does not start" systemctl restart pm2@again
is "which is a failure at once" "$(property again ExecMainStatus) $(property again NRestarts) $(property again ActiveState)" \
        "171 0 failed"
like "in one sentence" "$(unit_journal pm2@again -t again)" "^Failed to start module 'again': cannot read its script /var/lib/pm2ctl/modules/again/.*/index.js: No such file or directory$"
done_testing
