#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What modules say about themselves, and where it is seen: show, list, jlist, systemctl status, the journal.
# timeout: 240
. "${0%/*}/lib.sh"

packages=$(mktemp -d)

# package NAME MEMBERS: one more for the test's own registry, from the script on stdin
package() {
        mkdir -p "$packages/$1/1.0.0"
        cat >"$packages/$1/1.0.0/index.js"
        printf '{"name":"%s","version":"1.0.0","apps":[{"script":"index.js"}]%s}\n' "$1" "${2:+,$2}" \
                >"$packages/$1/1.0.0/package.json"
}

show() { pm2ctl show "$1" --json=short | json "$2"; }
row() { pm2ctl list --json=short | json "next(m for m in d if m['name'] == '$1')$2"; }
has() { [ "$(show "$1" "$2")" = "$3" ]; }      # MODULE EXPRESSION VALUE, for wait_for
row_has() { [ "$(row "$1" "$2")" = "$3" ]; }

package tells '"description":"Tells all","config":{"drive":"/","mode":"first"}' <<'END'
const send = (type, data) => process.send({ type, data })
const first = process.env.mode === 'first'
send('axm:option:configuration', {
  human_info: [['Status', 'fine'], ['Port', 6379], ['Bell', '\u0007']], module_conf: { drive: '/', password: process.env.password },
  name: 'Another name', comment: 'It tells.', description: 'Tells all', flat: 1
})
for (const message of ['one', 'two', 'three']) send('process:exception', { name: 'Oops', message, stack: 'Oops: ' + message + '\n    at here' })
send('application:dependencies', { pmx: { version: '1.6.8' }, '@pm2/io': { version: '6.1.0' } })
let n = 0
const metrics = () => send('axm:monitor', {
  beat: { value: ++n, unit: 'Hz' }, cpu: { value: 96, unit: '%', alert: { mode: 'threshold', value: 90, cmp: '>' } },
  average: { value: '1.5', alert: { mode: 'threshold-avg', value: 3, cmp: '<' } }, float: { value: 0.30000000000000004, unit: 'MB' },
  text: { value: '0 B' }, missing: { unit: 'ms' }, bare: 7, truth: { value: true }, nothing: { value: null, alert: {} },
  'Loop latency': { value: 1.25, unit: 'ms' }, ...(first ? { gone: { value: 1 } } : {})
})
metrics()
setInterval(metrics, 300)
END
package hides <<'END'
process.send({ type: 'axm:option:configuration', data: { internals: { errors: false, latency: false, versioning: false,
  show_module_meta: false, name: 'Inner label', comment: 'no' }, human_info: [['Status', 'fine']] } })
process.send({ type: 'process:exception', data: { message: 'hidden' } })
process.send({ type: 'axm:monitor', data: { 'HTTP Latency': { value: 1 }, seen: { value: 2 } } })
setInterval(() => {}, 60000)
END
package measures <<'END'
const child = require('child_process').spawn('sleep', ['1000'])
const ask = (pid) => process.send({ type: 'axm:option:configuration', data: { pid } })
process.send({ type: 'axm:action', data: { action_name: 'ask' } })
process.send({ type: 'axm:action', data: { action_name: 'end' } })
child.on('exit', () => process.send({ type: 'axm:reply', data: { action_name: 'end', return: child.pid } }))
process.on('message', (m) => {
  if (m === 'end') return child.kill()
  ask(m.opts === 'text' ? 'no number' : +m.opts)
  process.send({ type: 'axm:reply', data: { action_name: 'ask', return: m.opts } })
})
ask(child.pid)
END
# as modules were in 2015: settings in a file beside, of which a part is for PM2
package of-2015 <<'END'
const conf = require('./conf.js')
for (const key of Object.keys(conf.module_conf)) if (process.env[key]) conf.module_conf[key] = process.env[key]
process.send({ type: 'axm:option:configuration', data: Object.assign({ module_conf: conf.module_conf }, conf.internals) })
setInterval(() => {}, 1000)
END
sed -i 's/"script":"index.js"/&,"pmx":false/' "$packages/measures/1.0.0/package.json"
cat >"$packages/of-2015/1.0.0/conf.js" <<'END'
module.exports = { internals: { name: 'Database', comment: 'A module of 2015', errors: true, latency: true, versioning: false,
  show_module_meta: true, pid: 1 }, module_conf: { port: 6379, host: 'localhost' } }
END
ok "a registry serves the test's packages" serve_packages "$packages"
use_registry "$SERVED"
canary=canary-$RANDOM$RANDOM
ok "settings" pm2ctl set -q tells:password "$canary" of-2015:port 6380
ok "the modules are installed" pm2ctl install tells hides measures of-2015

# -- what is said --------------------------------------------------------------------------------------------------------
ok "it is recorded" wait_for 20 has tells 'd["errors"]' 3
text=$(pm2ctl show tells)
like "human_info is a panel" "$text" '^Module information:$'
like "... of lines" "$text" '^  Status = fine$'
like "... that no terminal has to fear" "$text" '^  Bell = \\x07$'
like "module_conf is one" "$text" '^Settings, as the module reported them:$'
unlike "... without secrets" "$text" "$canary"
like "its name is a label" "$text" '^ *Label: Another name$'
like "... and no more than that" "$text" '^ *Module: tells$'
ok "... for settings, too" pm2ctl set -q tells:drive /boot
like "its comment is a text" "$text" '^ *Comment: It tells.$'
like "so is its description" "$text" '^ *Description: Tells all$'
like "the last error is there, with the number of those before" "$text" '^Last error \(of 3 since it was started\):$'
like "... what it was" "$text" '^  message = three$'
like "packages are listed" "$text" '^  @pm2/io = 6.1.0$'
like "errors are at priority err" "$(journalctl --sync; journalctl -u pm2@tells -p err -o cat --no-pager)" '^Oops: two$'
like "... and no more than errors" "$(journalctl -u pm2@tells -p err -o cat --no-pager | sort -u)" '^    at here$'
ok "it is restarted" wait_for 20 has tells 'd["errors"]' 3
is "it was told that it is a module" "$(tr '\0' '\n' <"/proc/$(systemctl show -P MainPID pm2@tells)/environ" | grep ^pmx_module=)" pmx_module=true
is "... and so is who asks for jlist" "$(pm2ctl jlist | json '[m["pm2_env"]["pmx_module"] for m in d]')" '[true, true, true, true]'

text=$(pm2ctl show hides)
ok "what is hidden" wait_for 20 has hides 'd["errors"]' 1
unlike "is not shown" "$(pm2ctl show hides)" '^(Module information|Last error|Latency|Release)|Comment'
like "the rest is" "$text" '^ *Label: Inner label$'
like "... metrics as well" "$text" '^  seen = 2$'
is "JSON has it all" "$(show hides 'd["error"]["message"], d["monitor"]["HTTP Latency"]["value"], d["options"]["human_info"]')" \
        '["hidden", 1, [["Status", "fine"]]]'

text=$(pm2ctl show of-2015)
is "a module of 2015 finds its settings" "$(show of-2015 'd["options"]["module_conf"]')" '{"host": "localhost", "port": "6380"}'
like "... has its label" "$text" '^ *Label: Database$'
unlike "... hides what it said" "$text" '^Release'
is "... and has measured what it said" "$(show of-2015 'd["measured"]["pid"]')" 1

# -- metrics -------------------------------------------------------------------------------------------------------------
metric() { pm2ctl show tells | sed -n "s/^  $1 = //p"; }
ok "metrics are seen" wait_for 20 output_has . metric beat
like "with their unit" "$(metric beat)" '^[0-9]+ Hz$'
is "an alert is reached" "$(metric cpu)" '96% (alert above 90%: reached)'
is "another looks back" "$(metric average)" '1.5 (alert on average below 3)'
is "two digits are enough" "$(metric float)" '0.3 MB'
is "a text is one" "$(metric text)" '0 B'
is "a missing value is none" "$(metric missing)$(metric nothing)" '--'
is "bare values are values" "$(metric bare) $(metric truth)" '7 true'
like "latency has a place of its own" "$(pm2ctl show tells | sed -n '/^Latency:/,/^$/p')" '^  Loop latency = 1.25 ms$'
like "they are in systemctl status" "$(systemctl status --no-pager pm2@tells)" 'Status: "beat: [0-9]+ Hz, cpu: 96%, average: 1.5, float: 0.3 MB, text: 0 B, bare: 7'
before=$(row tells '["monitor"]["beat"]["value"]')
ok "in list --json, too, and live" eval 'sleep 1; [ "$(row tells "[\"monitor\"][\"beat\"][\"value\"]")" -gt "$before" ]'
is "a module without has none" "$(row measures '["monitor"]')" null
is "a metric is there" "$(show tells 'd["monitor"]["gone"]["value"]')" 1
ok "it is removed" pm2ctl set -q tells:mode second
ok "the others are there again" wait_for 20 output_has . metric beat
is "it is not, since a restart" "$(show tells '"gone" in d["monitor"]')" false

# -- another process -------------------------------------------------------------------------------------------------------
child() { pgrep -P "$(systemctl show -P MainPID pm2@measures)" sleep; }
ok "another process is measured" wait_for 20 row_has measures '["measured"]["pid"]' "$(child)"
is "... by its name" "$(row measures '["measured"]["name"]')" sleep
ok "... its memory" test "$(row measures '["memory"]')" -lt 4000000
is "the process is the module's still" "$(row measures '["pid"]')" "$(systemctl show -P MainPID pm2@measures)"
like "show says so" "$(pm2ctl show measures)" "^ *Measured: process $(child), sleep, as the module asked$"
is "so does jlist" "$(pm2ctl jlist | json 'next(m["monit"]["memory"] < 4000000 for m in d if m["name"] == "measures")')" true
ok "the process ends" pm2ctl trigger measures end
is "then nothing is measured" "$(row measures '["memory"]')" null
like "which list tells" "$(pm2ctl list 2>&1)" 'measures asked to measure process [0-9]+, but that process is gone\.'
like "... and show" "$(pm2ctl show measures)" '^ *Measured: nothing: the module asked for process [0-9]+, but that process is gone$'
ok "it asks for what is no number" pm2ctl trigger measures ask text
ok "nothing is measured then" wait_for 20 row_has measures '["measured"]["reason"]' 'that is not a process ID'
like "show says so" "$(pm2ctl show measures)" 'the module asked for process no number, but that is not a process ID'
ok "it asks for itself" pm2ctl trigger measures ask "$(systemctl show -P MainPID pm2@measures)"
ok "and is measured as if it had not" wait_for 20 row_has measures '["measured"]' null
ok "with its group's memory" test "$(row measures '["memory"]')" -gt 4000000

# -- MODULE_DEBUG ----------------------------------------------------------------------------------------------------------
ok "MODULE_DEBUG is set" pm2ctl set -q measures:MODULE_DEBUG 1
ok "an action is triggered" wait_for 20 pm2ctl trigger measures ask 4711
like "what the module sent is in the journal" "$(unit_journal pm2@measures)" '^Module sent: {"type":"axm:reply"'
like "so is what it was sent" "$(unit_journal pm2@measures)" '^Module was sent: {"msg":"ask","opts":"4711","name":"measures"}$'
done_testing
