#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the fields of an app make systemd do. One package whose apps have one field each: they settle side by side.
. "${0%/*}/lib.sh"

packages=$(mktemp -d)
package() { # NAME APP...
        local name=$1; shift
        mkdir -p "$packages/$name/1.0.0"
        cat >"$packages/$name/1.0.0/index.js"
        printf '{ "name": "%s", "version": "1.0.0", "apps": [ %s ] }\n' "$name" "$(IFS=,; echo "$*")" \
                >"$packages/$name/1.0.0/package.json"
}
app() { echo "{ \"name\": \"$1\", \"script\": \"index.js\"${2:+, $2} }"; }

package fields "$(app plain '"args": "plain \"a b\"", "node_args": "--stack-trace-limit=7", "env": { "A": "1", "B": "1" },
                "env_production": { "B": "2" }, "frobnicate": 1, "out_file": "/tmp/x"')" \
        "$(app ready '"args": "ready", "wait_ready": true, "listen_timeout": "60s"')" \
        "$(app message '"args": "message", "shutdown_with_message": true, "kill_timeout": "60s"')" \
        "$(app slow '"args": "slow", "kill_timeout": "60s"')" \
        "$(app stubborn '"args": "stubborn", "kill_timeout": 100')" \
        "$(app codes '"args": "codes", "stop_exit_codes": [ 7 ]')" \
        "$(app eats '"args": "eats", "max_memory_restart": "80M"')" \
        "$(app clock '"args": "clock", "cron_restart": "* * * * * *", "max_restarts": 3, "min_uptime": "20s"')" \
        "$(app job '"args": "job", "cron_restart": "* * * * * *", "autorestart": false')" \
        "$(app watched '"args": "watched", "watch": [ "lib" ], "ignore_watch": "*.txt"')" \
        '{ "name": "shell", "script": "run.txt", "interpreter": "bash" }' <<'END'
const fs = require('fs')
const me = process.argv[2]
const count = `${process.env.HOME}/${me}`
const run = fs.existsSync(count) ? +fs.readFileSync(count) + 1 : 1
fs.writeFileSync(count, String(run))
const save = () => {
  if (fs.existsSync(`${process.env.HOME}/hold`)) return setTimeout(save, 50)
  console.log('saved')
  process.exit(0)
}
process.on('SIGINT', () => {
  if (me !== 'stubborn') console.log('interrupted')
  if (me === 'slow') setTimeout(save, 2500)
  else if (me !== 'stubborn') save()
})
process.on('message', (m) => {
  if (m === 'shutdown') setTimeout(() => { console.log('shutting down'); process.exit(0) }, 100)
})
if (me === 'plain') console.log('I got', JSON.stringify([process.argv.slice(3), process.execArgv, process.env.A, process.env.B]))
if (me === 'ready') setTimeout(() => { console.log('ready now'); process.send('ready') }, 1500)
if (me === 'codes') process.on('SIGUSR2', () => process.exit(run === 1 ? 3 : 7))
if (me === 'eats') {
  const eaten = []
  process.on('SIGUSR2', () => setInterval(() => eaten.push(Buffer.alloc(4 << 20, run)), 10))
}
if (me !== 'job') setInterval(() => {}, 60000)
END
echo 'echo "I am $BASH_VERSION"; sleep 10000' >"$packages/fields/1.0.0/run.txt"
mkdir "$packages/fields/1.0.0/lib" && touch "$packages/fields/1.0.0/lib/a.js"
package never "$(app never '"wait_ready": true, "listen_timeout": 300, "max_restarts": 2')" <<<'setInterval(() => {}, 60000)'
package backoff "$(app backoff '"exp_backoff_restart_delay": 200')" <<<'setTimeout(() => process.exit(1), 20)'
package schedule "$(app plain '"args": "stay"')" "$(app once '"autostart": false, "autorestart": false, "cron_restart": "0 0 1 1 *", "cron_timezone": "Asia/Tokyo"')" \
        "$(app idle '"autostart": false, "args": "stay"')" \
        "$(app often '"autostart": false, "autorestart": false, "cron_restart": "* * * * * *", "treekill": false, "vizion": false')" \
        <<<'console.log("I run"); if (process.argv[2] === "stay") setInterval(() => {}, 60000)'
package many "$(app a '"instances": 3, "increment_var": "PORT", "instance_var": "INSTANCE_ID", "env": { "PORT": 3000 }')" \
        <<<'console.log("I have", process.env.PORT, process.env.INSTANCE_ID, process.env.NODE_APP_INSTANCE, process.env.instance_var); setInterval(() => {}, 60000)'
package commands '{ "name": "sleeps", "script": "sleep", "args": "1001" }' '{ "name": "none", "script": "sleep", "interpreter": "none", "args": "1003" }' '{ "name": "line", "script": "echo I line; exec sleep 1002" }' \
        '{ "name": "npm", "script": "npm", "args": "start" }' '{ "name": "dependency", "script": "node_modules/tool/bin.js" }' \
        <<<'console.log("I start"); setInterval(() => {}, 60000)'
sed -i 's/^{/{ "scripts": { "start": "node index.js" }, "dependencies": { "tool": "1" },/' "$packages/commands/1.0.0/package.json"
package tool </dev/null
echo 'console.log("I am of a dependency"); setInterval(() => {}, 60000)' >"$packages/tool/1.0.0/bin.js"
package nowhere "$(app a '"cron_restart": "@daily", "cron_timezone": "Europe/Atlantis"')" </dev/null
package no-command '{ "script": "no-such-command", "args": "x" }' </dev/null
package bad-cron "$(app bad '"cron_restart": "0 0 * * 5#2"')" </dev/null
ok "a registry serves the test's packages" serve_packages "$packages"
use_registry "$SERVED"

unit() { [ "$1" = plain ] && echo pm2@fields.service || echo "pm2@fields@$1.service"; }
property() { systemctl show -P "$2" "$(unit "$1")"; }
said() { unit_journal "$(unit "$1")"; }
runs() { cat "/var/lib/pm2ctl-data/fields/$1"; }
ran() { [ "$(runs "$1")" -ge "$2" ]; }
# on a slow machine the clock may strike again before node has run a line, so it is systemd's starts that count
starts() { journalctl --sync; journalctl -o cat UNIT="$(unit "$1")" | grep -c '^Started '; }
started() { [ "$(starts "$1")" -ge "$2" ]; }

exits "an environment that no app declares is refused" 1 pm2ctl install --env=staging fields
like "... by the field's name" "$OUTPUT" "env_staging"
ok "install" pm2ctl install --env=production fields
is "what has no effect is said, once" "$(grep -c 'no effect here: frobnicate, out_file$' <<<"$OUTPUT")" 1
ok "args, node_args, env and env_<name> arrive" wait_for 10 output_has \
        '^I got \[\["a b"\],\["--stack-trace-limit=7"\],"1","2"\]$' said plain
ok "interpreter runs the script" wait_for 10 output_has '^I am [0-9]' said shell

like "wait_ready: it is started when it says so" "$(said ready | grep -A1 '^ready now$' | tr '\n' ' ')" '^ready now Started'
exits "listen_timeout: one that does not is a failure" 1 pm2ctl install never
like "... for this reason" "$OUTPUT" 'not ready|start operation timed out'
ok "... again and again, until systemd gives up" wait_for 30 systemctl is-failed -q pm2@never.service

# -- ends --------------------------------------------------------------------------------------------------------------
kill -CONT "$(pgrep -f '^pm2-bridge.fields@message$')"
ok "max_memory_restart: one that eats more" systemctl kill --kill-who=main -s USR2 "$(unit eats)"
ok "... is killed and restarted" wait_for 60 ran eats 2
like "... by the kernel" "$(journalctl -o cat UNIT="$(unit eats)" + _SYSTEMD_UNIT=init.scope UNIT="$(unit eats)")" \
        "code=killed, status=9/KILL|oom-kill"
ok "stop_exit_codes: another" systemctl kill --kill-who=main -s USR2 "$(unit codes)"
ok "... is a crash like any" wait_for 20 ran codes 2
ok "... this one" wait_for 20 systemctl kill --kill-who=main -s USR2 "$(unit codes)"
ok "... ends it in order" wait_for 20 output_has '^inactive$' property codes ActiveState
is "... for good" "$(sleep 1; runs codes)" 2
unlike "shutdown_with_message: SIGCONT of anybody but the manager is none" "$(said message; echo nothing)" 'shutting down'

# -- the clock ---------------------------------------------------------------------------------------------------------
ok "cron_restart: restarts one that runs, more often than crashes may" wait_for 60 started clock 6
ok "... which it still does" wait_for 20 systemctl is-active -q "$(unit clock)"
ok "... and runs one that ends by itself" wait_for 60 started job 3
hold=/var/lib/pm2ctl-data/fields/hold slow=$(starts slow) watched=$(runs watched)
folder=$(readlink -f /var/lib/pm2ctl/modules/fields/current/node_modules/fields)
touch "$hold"
ok "units that somebody stops" systemctl stop --no-block "$(unit slow)" "$(unit watched)"
ok "... take their time" wait_for 20 output_has '^deactivating$' property slow ActiveState
ok "... both" wait_for 20 output_has '^deactivating$' property watched ActiveState
ok "... in which the clock strikes" pm2ctl cron "$(unit slow)"
touch "$folder/lib/a.js"
ok "... and something changes" wait_for 20 output_has ' has changed\.$' unit_journal pm2-watch@fields.service
is "... without any effect" "$(property slow ActiveState)" deactivating
rm "$hold"
ok "... and they end" wait_for 20 output_has '^inactive$' property slow ActiveState
is "... for good" "$(starts slow)" "$slow"
ok "systemctl stop" systemctl stop "$(unit clock)"
at=$(starts clock)
fails "... ends one that the clock restarts" systemctl is-active -q "$(unit clock)"
touch "$folder/lib/a.js"
sleep 2.5
is "... holds, whatever the clock says" "$(starts clock)" "$at"
is "... and whatever changes" "$(runs watched)" "$watched"
ok "... until it is started" pm2ctl start fields
ok "... when the clock counts again" wait_for 60 started clock $((at + 2))
exits "what the calendar cannot say is refused" 1 pm2ctl install bad-cron
like "... by the field's name" "$OUTPUT" "field 'apps\[0\]\.cron_restart': has '5#2' for the weekday"

# -- watch -------------------------------------------------------------------------------------------------------------
watched=$(runs watched)
touch "$folder/lib/a.txt" "$folder/index.js" "$folder/lib/.hidden"
plain=$(property plain MainPID)
sleep 1
is "watch: what is ignored restarts nothing" "$(runs watched)" "$watched"
touch "$folder"/lib/{1..50}.js
ok "... what is watched does" wait_for 10 ran watched $((watched + 1))
sleep 0.5
is "... once, however much is saved at a time" "$(runs watched)" $((watched + 1))
is "... that app alone" "$(property plain MainPID)" "$plain"

# -- stop --------------------------------------------------------------------------------------------------------------
ok "stop" pm2ctl stop fields
like "shutdown_with_message: the module is told" "$(said message)" '^shutting down$'
unlike "... and nothing else" "$(said message)" 'interrupted'
is "kill_timeout: it has the time" "$(said slow | grep -c '^saved$')" 2
like "... and no more" "$(said stubborn)" 'Killing process .* with signal SIGKILL'
is "stop leaves nothing" "$(systemctl list-units --all --plain --no-legend 'pm2@fields*' 'pm2-watch@*' 'pm2-cron@*' | grep -v ' dead ')" ""
before=$(starts clock)
touch "$folder/lib/a.js"
sleep 2
is "... neither the clock nor a change brings it back" "$(starts clock)" "$before"

# -- backoff -----------------------------------------------------------------------------------------------------------
pm2ctl install backoff >/tmp/backoff 2>&1
gaps() { # seconds between the starts
        journalctl -o json UNIT=pm2@backoff.service | python3 -c '
import json, sys
starts = [int(d["__REALTIME_TIMESTAMP"]) / 1e6 for d in map(json.loads, sys.stdin) if d["MESSAGE"].startswith("Started ")]
print(*["%.2f" % (b - a) for a, b in zip(starts, starts[1:])])'
}
if systemctl show -P RestartSteps pm2-axm-relay.service | grep -q .; then
        is "exp_backoff_restart_delay: steps" "$(systemctl show -P RestartSteps pm2@backoff.service)" 11
        grown() { gaps | awk '{ exit !(NF >= 5 && $NF >= 1.8 * $1) }'; }
        ok "... the delay grows" wait_for 30 grown
        unlike "... and nothing is amiss" "$(cat /tmp/backoff)" 'does not support'
else
        is "exp_backoff_restart_delay: one warning from an older systemd" "$(grep -c 'does not support RestartSteps=' /tmp/backoff)" 1
        unlike "... and no other" "$(cat /tmp/backoff)" 'does not support RestartMax'
        three() { gaps | awk '{ exit NF < 3 }'; }
        ok "... it is restarted" wait_for 30 three
        ok "... with the first delay between" awk '{ for (i = 1; i <= NF; i++) if ($i < 0.2) exit 1 }' <(gaps)
fi
ok "uninstall" pm2ctl uninstall --all
# -- apps that do not start by themselves, and instances that differ
ok "a module with apps that do not start by themselves" pm2ctl install schedule
like "... which is said" "$OUTPUT" 'pm2@schedule@once.service is not started, .*"autostart": false'
like "... and not called running" "$OUTPUT" 'schedule 1.0.0 is installed and runs as pm2@schedule.service\.$'
like "... and what has no effect" "$OUTPUT" 'no effect here: treekill$'
runs_of() { journalctl --sync; journalctl -o cat -u "pm2@schedule@$1.service" | grep -c '^I run'; }
is "one has not run" "$(runs_of once)" 0
ok "the other runs by its timer" wait_for 20 eval '[ "$(runs_of often)" -ge 2 ]'
is "... and still has not" "$(runs_of once)" 0
like "its timer has its time zone" "$(systemctl show -P TimersCalendar pm2-cron@schedule@once.timer)" 'Asia/Tokyo'
ok "a person starts it" pm2ctl start schedule
ok "... indeed" wait_for 10 eval '[ "$(runs_of once)" -ge 1 ]'
ok "... what runs is not passed over at boot" pm2ctl start --enabled
unlike "... nor called not started" "$OUTPUT" 'schedule@idle'
ok "... and stops all" pm2ctl stop schedule
before=$(runs_of often)
sleep 2.5
is "... the timers too" "$(runs_of often)" "$before"
ok "instances" pm2ctl install many
told() { journalctl --sync; journalctl -o cat -u 'pm2@many*' | grep '^I have' | sort | paste -sd';'; }
ok "... differ by their variables" wait_for 10 eval '[ "$(told)" = "I have 3000 0 undefined INSTANCE_ID;I have 3001 1 undefined INSTANCE_ID;I have 3002 2 undefined INSTANCE_ID" ]'
ok "a setting for them" pm2ctl set many:PORT 5000
ok "... is where they begin" wait_for 10 eval '[[ "$(told)" == *"I have 5002 2"* ]]'
exits "one that is no number" 1 pm2ctl set many:PORT x
# -- scripts that are no files of the package
ok "commands of the PATH" pm2ctl install commands
is "... run themselves" "$(tr '\0' ' ' <"/proc/$(systemctl show -P MainPID pm2@commands.service)/cmdline")" 'sleep 1001 '
is "... also with the interpreter none" "$(tr '\0' ' ' <"/proc/$(systemctl show -P MainPID pm2@commands@none.service)/cmdline")" 'sleep 1003 '
ok "... or in a shell" wait_for 10 output_has '^I line$' unit_journal pm2@commands@line.service
ok "... npm too" wait_for 30 output_has '^I start$' unit_journal pm2@commands@npm.service
ok "a script of a dependency" wait_for 10 output_has '^I am of a dependency$' unit_journal pm2@commands@dependency.service
exits "a time zone that does not exist" 1 pm2ctl install nowhere
like "... is refused before anything changes" "$OUTPUT" "field 'apps\[0\].cron_timezone': there is no time zone 'Europe/Atlantis'"
exits "what is neither" 1 pm2ctl install no-command
like "... is refused before anything changes" "$OUTPUT" "field 'apps\[0\].script': the script 'no-such-command' is not in the package; .*a command that a unit finds"
done_testing
