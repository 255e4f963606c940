#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 300
#
# What every module gets that PM2 gives it, on real units: its errors, its metrics, its profiles. Then published modules,
# under PM2 and here.
. "${0%/*}/lib.sh"
# what the machine trusts, for Debian's node
export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt

npmrc=$(cat /root/.npmrc 2>/dev/null)
packages=$(mktemp -d)
mkdir -p "$packages/rejects/1.0.0"
cat >"$packages/rejects/1.0.0/index.js" <<'END'
const http = require('http')
const server = http.createServer((request, response) => {
  if (request.url === '/end') throw new RangeError('the end')
  Promise.reject(new TypeError('refused'))
  response.end()
}).listen(0, '127.0.0.1', () => require('fs').writeFileSync(process.env.HOME + '/port', String(server.address().port)))
END
echo '{"name":"rejects","version":"1.0.0","apps":[{"script":"index.js"}]}' >"$packages/rejects/1.0.0/package.json"
ok "a registry serves the test's package" serve_packages "$packages"
use_registry "$SERVED"

data=/var/lib/pm2ctl-data/rejects
show() { pm2ctl show "$1" --json=short | json "$2"; }
has() { [ "$(show "$1" "$2")" = "$3" ]; }      # MODULE EXPRESSION VALUE, for wait_for
get() { python3 -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=10)' "http://127.0.0.1:$(cat $data/port)$1"; }

ok "a module is installed" pm2ctl install rejects
pid=$(systemctl show -P MainPID pm2@rejects)
ok "it answers" wait_for 20 get /
ok "and rejects a promise, which is reported" wait_for 20 has rejects 'd["error"]["message"]' refused
like "... and shown" "$(pm2ctl show rejects)" 'message = refused'
like "... and logged with its stack" "$(unit_journal pm2@rejects -p err)" '^    at .*index.js:4:'
ok "... and it goes on" get /
is "... as the same process" "$(systemctl show -P MainPID pm2@rejects)" "$pid"
ok "its heap is measured" wait_for 20 eval 'show rejects "d[\"monitor\"]" | grep -q "Heap Size"'
ok "... how it serves" wait_for 20 eval '[ "$(show rejects "d[\"monitor\"][\"HTTP\"][\"value\"]")" -ge 2 ]'
text=$(pm2ctl show rejects)
like "which is shown" "$text" '^  Used Heap Size = [0-9.]+ MiB$'
like "... with the latency" "$text" '^  Event Loop Latency p95 = [0-9.]+ ms$'
is "a heap snapshot is made" "$(pm2ctl trigger rejects km:heapdump | json d)" '{"success": true}'
ok "... into a file" wait_for 60 output_has '\.heapsnapshot$' ls $data/profiles
ok "a profile of the processor's use, too" eval 'pm2ctl trigger rejects km:cpu:profiling:start | grep -q uuid &&
        pm2ctl trigger rejects km:cpu:profiling:stop && wait_for 30 output_has "\.cpuprofile$" ls $data/profiles'
fails "an error ends it" get /end
ok "... and is reported, too" wait_for 20 output_has '^RangeError: the end$' unit_journal pm2@rejects AXM_TYPE=process:exception
ok "... before it runs again" wait_for 20 eval '[ "$(systemctl show -P MainPID pm2@rejects)" -gt "$pid" ]'

# -- side by side ------------------------------------------------------------------------------------------------------
pm2() { PM2_HOME=/root/pm2 PATH=/root/npm/node_modules/.bin:$PATH command pm2 "$@"; }
# Names of metrics and actions. An old @pm2/io, which the module here has of its own, says nothing of what was always 0.
theirs() { pm2 jlist | sed -n '/^\[/p' | json "sorted(n for m in d if m['name'] == '$1' for e in [m['pm2_env']]
        for n in [*(k for k, v in e['axm_monitor'].items() if v.get('value') != 0),
                *(a['action_name'] for a in e['axm_actions'])])"; }
ours() { show "$1" "sorted([*d['monitor'], *(a['action_name'] for a in d['actions'])])"; }
missing() { json '", ".join(sorted(set(d[0]) - set(d[1])))' <<<"[$(theirs "$1"), $(ours "$1")]"; }
nothing_less() { local names; names=$(missing "$1"); echo "missing: $names"; [ -z "$names" ]; }

printf '%s\n' "$npmrc" >/root/.npmrc
if ! real_registry; then
        skip "published modules, under PM2 and here" "$REASON"
        done_testing
        exit
fi
ok "PM2" npm install --prefix /root/npm --no-audit --no-fund --ignore-scripts pm2
modules="pm2-server-monit pm2-sysmonit pm2-logrotate pm2-health pm2-elasticsearch"
for module in $modules; do
        ok "PM2 installs $module" pm2 install $module
        ok "so does pm2ctl" pm2ctl install $module
done
for module in $modules; do
        ok "$module has metrics and actions" wait_for 30 eval '[ "$(theirs $module | json "len(d) > 9")" = true ]'
        ok "... and none less here" wait_for 30 nothing_less $module
done
pm2 kill >/dev/null
done_testing
