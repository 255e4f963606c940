#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The libraries that published modules speak to PM2 with, from the registry: each finds the settings, and what it says
# arrives. And a published module whose metrics flow.
. "${0%/*}/lib.sh"

real_registry || skip_all "$REASON"

# module NAME LIBRARY [VERSION]: a package that uses it, as a tarball
module() {
        mkdir -p "/root/$1"
        cat >"/root/$1/index.js"
        cat >"/root/$1/package.json" <<END
{ "name": "$1", "version": "1.2.3", "dependencies": { "$2": "${3:-*}" }, "apps": [{ "script": "index.js" }],
  "config": { "drive": "/", "retain": "30" } }
END
        (cd "/root/$1" && npm pack --silent)
}

# What initModule() hands to a module goes where the test can read it, as does the environment's part of it.
init_module() { # LIBRARY
        cat <<END
const io = require('$1')
io.initModule({ widget: {} }, (err, conf) => {
  require('fs').writeFileSync(process.env.HOME + '/conf', JSON.stringify(conf))
  io.action('hello', (reply) => reply({ ok: true }))
  io.action('echo', (param, reply) => reply(param))
  if (io.scopedAction) io.scopedAction('count', (param, stream) => { stream.send('one'); stream.send(param); stream.end() })
  const metric = { name: 'answer', value: () => 42 }
  io.metric ? io.metric(metric) : io.probe().metric(metric)
})
END
}
init_module pmx | module uses-pmx pmx
init_module @pm2/io | module uses-io @pm2/io
module uses-tx2 tx2 <<'END'
const tx2 = require('tx2')
tx2.action('hello', (reply) => reply({ ok: true }))
tx2.action('echo', (param, reply) => reply(param))
tx2.metric('answer', () => 42)
tx2.event('started', { retain: process.env.retain, key: process.env.api_key })
END

# the same library in an ES module, and turned off
module esm @pm2/io <<'END'
import io from '@pm2/io'
io.initModule({}, (err, conf) => {
  io.action('conf', (reply) => reply([conf.module_name, conf.drive]))
  io.metric({ name: 'answer', value: () => 42 })
})
END
sed -i 's/"version"/"type": "module", "version"/' /root/esm/package.json
module quiet @pm2/io <<'END'
process.on('message', () => process.send({ type: 'axm:reply', data: { action_name: 'loaded',
  return: Object.keys(require.cache).some((file) => file.includes('@pm2/io')) } }))
process.send({ type: 'axm:action', data: { action_name: 'loaded' } })
END
sed -i 's/"script": "index.js"/&, "pmx": false/' /root/quiet/package.json
for name in esm quiet; do (cd /root/$name && npm pack --silent); done

# a module as they were written in 2015, with the library of then
module of-2015 pmx 0.3.11 <<'END'
const pmx = require('pmx')
const conf = pmx.loadConfig(require('./conf.js').internals)
pmx.action('hello', (reply) => reply({ drive: conf.drive, retain: conf.retain }))
pmx.probe().metric({ name: 'answer', value: () => 42 })
END
cat >/root/of-2015/conf.js <<'END'
module.exports = { internals: { name: 'Of 2015', comment: 'It still runs.' } }
END
(cd /root/of-2015 && npm pack --silent)

record() { pm2ctl show "$1" --json=short; }
metrics() { cat "/run/pm2ctl/$1/monitor.json"; }

canary=canary-$RANDOM$RANDOM
for name in uses-pmx uses-io uses-tx2; do
        ok "$name is set up" pm2ctl set $name:retain 007 "$name:api_key" "$canary"
        ok "and installed" pm2ctl install "/root/$name/$name-1.2.3.tgz"
        ok "its metric arrives" wait_for 20 output_has '"answer":\{[^}]*"value":"?42' metrics $name
        ok "and its action" wait_for 20 output_has '"hello"' record $name
        is "which is triggered" "$(pm2ctl trigger $name hello | json d)" '{"ok": true}'
        is "with a parameter, too" "$(pm2ctl trigger $name echo '{"a":1}')" '{"a":1}'
done
is "a scoped action of pmx streams" "$(pm2ctl trigger uses-pmx count two)" $'one\ntwo'

# @pm2/io offers profiles, which are too large for a journal
ok "a heap snapshot is asked for" pm2ctl trigger uses-io km:heapdump
profiles=/var/lib/pm2ctl-data/uses-io/profiles
ok "it becomes a file" wait_for 60 output_has '\.heapsnapshot$' ls $profiles
is "of the kind it says" "$(json 'sorted(d)[:3]' <"$(echo $profiles/*.heapsnapshot)")" '["edges", "locations", "nodes"]'
like "that the journal names" "$(unit_journal pm2@uses-io)" \
        "^Profile of type heapdump, $(stat -c %s $profiles/*.heapsnapshot) bytes, saved as $(echo $profiles/*.heapsnapshot)\$"
ok "so does a profile of the processor's use" eval 'pm2ctl trigger uses-io km:cpu:profiling:start && sleep 1 &&
        pm2ctl trigger uses-io km:cpu:profiling:stop && wait_for 30 output_has "\.cpuprofile$" ls $profiles'
for name in uses-pmx uses-io; do
        is "$name hands its settings to the module" "$(json '[d[k] for k in ("module_name", "drive", "retain", "api_key")]' \
                </var/lib/pm2ctl-data/$name/conf)" "[\"$name\", \"/\", 7, \"$canary\"]"
        is "and shows them" "$(record $name | json '[d["options"]["module_conf"][k] for k in ("drive", "retain", "api_key")]')" \
                '["/", 7, "********"]'
done
like "an event of tx2 is an entry" "$(unit_journal pm2@uses-tx2)" "^Event 'started': .*retain=007"
unlike "no secret is in the journal" "$(journalctl --sync; journalctl -o verbose --all --no-pager)" "$canary"

ok "an ES module and one with pmx off are installed" pm2ctl install /root/esm/esm-1.2.3.tgz /root/quiet/quiet-1.2.3.tgz
ok "the ES module's metric arrives" wait_for 20 output_has '"answer":\{[^}]*"value":"?42' metrics esm
is "under its own settings" "$(pm2ctl trigger esm conf | json d)" '["esm", "/"]'
is "with pmx off the library is not touched" "$(pm2ctl trigger quiet loaded)" false

ok "a module of 2015 is installed" eval 'pm2ctl set of-2015:retain 7 && pm2ctl install /root/of-2015/of-2015-1.2.3.tgz'
ok "its metric arrives" wait_for 20 output_has '"answer":\{[^}]*"value":42' metrics of-2015
is "its settings reach it" "$(pm2ctl trigger of-2015 hello | json d)" '{"drive": "/", "retain": "7"}'
ok "its part for PM2 is recorded" wait_for 20 output_has '"comment":"It still runs."' record of-2015
is "as is what it got" "$(record of-2015 | json '[d["options"][k] for k in ("module_name", "module_version", "name", "retain")]')" \
        '["of-2015", "1.2.3", "Of 2015", "7"]'
like "its name is a label" "$(pm2ctl show of-2015)" '^ *Label: Of 2015$'

ok "pm2-server-monit is installed" pm2ctl install pm2-server-monit
ok "its metrics arrive" wait_for 20 output_has 'CPU usage.*Free memory' metrics pm2-server-monit
ok "and show in systemctl status" output_has 'Status: .*CPU usage: [0-9.]+%' systemctl status --no-pager pm2@pm2-server-monit
is "under its own name" "$(record pm2-server-monit | json 'd["options"]["module_name"]')" pm2-server-monit
count=$(journalctl --sync; journalctl -u pm2@pm2-server-monit -o cat --no-pager | wc -l)
sleep 5
is "without a line in the journal" "$(journalctl --sync; journalctl -u pm2@pm2-server-monit -o cat --no-pager | wc -l)" "$count"
done_testing
