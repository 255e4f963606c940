#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the bridge makes of what a module says over its channel.
import glob
import json
import os
import re
import signal
import time

from unit import SANITIZED, Unit, anonymous_kib, bridge_of, done, entries, ok, same, wait_for

SECRET = 'canary-5a1f'


def module(script, package=None, **more):
    """One that says what its script does and nothing else."""
    return Unit({'index.js': script}, {'apps': [{'script': 'index.js', 'pmx': False}], **(package or {})}, **more)


# -- entries -----------------------------------------------------------------------------------------------------------
r = module('''
process.send({ type: 'axm:option:configuration', data: { module_name: 'tool', human_info: [['a', 'b']] } })
process.send({ type: 'axm:action', data: { action_name: 'refresh', arity: 1 } })
process.send({ type: 'process:exception', data: { message: 'boom', stack: 'Error: boom\\n    at x' } })
process.send('ready'); process.send({ some: 'thing' }); process.send({ type: 'x', data: 0 })
process.exit(3)
''').run()
same(r.status, 3, 'it ends as it likes')
same(r.notes, ['READY=1'], 'the manager is told that it runs')
same([e['AXM_TYPE'] for e in r.entries], ['axm:option:configuration', 'axm:action', 'process:exception'],
     'each axm message is an entry, nothing else is')
same(r.axm('axm:action'), [{'action_name': 'refresh', 'arity': 1}], 'with its data')
same({e['SYSLOG_IDENTIFIER'] for e in r.entries}, {'tool'}, 'under the name of the module')
same([e['PRIORITY'] for e in r.entries], ['6', '6', '3'], 'an exception is an error')
same(len({e['MESSAGE_ID'] for e in r.entries}), 3, 'with a message id for each kind')
ok('refresh' in r.entries[1]['MESSAGE'] and r.entries[2]['MESSAGE'].endswith('    at x'), 'in words', r)

lost = 0
unit = module('for (let i = 0; i < 20; i++) process.send({ type: "n", data: i + 1 }); process.exit()')
for _ in range(20):
    lost += unit.run().axm('n') != list(range(1, 21))
same(lost, 0, 'nothing is lost when it ends right after it has sent')

r = Unit({'raw.py': '''
import json, os
send = lambda s: os.write(3, s)
send(b'{"type":"big","data":"' + b'x' * (262144 - 24) + b'"}\\n')
send(b'{"type":"big","data":"' + b'y' * (262144 - 23) + b'"}\\n')
for i in range(300): send(b'z' * 10000)
send(b'\\n{"type":"after","data":1}\\n{"type":"bad","data":\\n{"type":"deep","data":' + b'[' * 99 + b'\\n')
send(b'\\xff\\n\\0\\n\\n{"type":"last","data":{"x":"a\\\\u0007b"}}\\n{"type":"cut","data":')
'''}).run()
same([e.get('AXM_TYPE') for e in r.entries], ['big', None, None, 'after', None, None, 'last', None],
     'a message of 256 KiB is taken, larger and broken ones are named')
same([m.group() for e in r.entries if (m := re.search(r'\d+ bytes', e['MESSAGE']))], ['262145 bytes', '3000000 bytes'],
     'with their size')
ok('deep' in r.entries[5]['MESSAGE'] and 'middle' in r.entries[7]['MESSAGE'], 'and the reason', r.entries[4:])
ok(not any('\a' in e['MESSAGE'] for e in r.entries), 'control characters are escaped')

# -- secrets -----------------------------------------------------------------------------------------------------------
LEAK = f'''
const all = {{ conf: JSON.parse(process.env.tool), password: process.env.password, list: [process.env.key] }}
process.send({{ type: 'axm:option:configuration', data: all }})
process.send({{ type: 'human:event', data: {{ text: 'x' + process.env.password, [process.env.password]: 1 }} }})
process.send({{ type: 'axm:monitor', data: {{ [process.env.key]: {{ value: process.env.password }}, tokens: {{ value: 5 }},
  pin: {{ value: +process.env.key }} }} }})
process.send(process.env.password)
require('fs').writeSync(3, 'no json ' + process.env.password + '\\n')
'''
SETTINGS = f'[settings]\npassword = {SECRET}\nMODULE_DEBUG = 1\n[secret]\nkey = 0815471100\n'
unit = module(LEAK, settings=SETTINGS)
r = unit.run(env={'DB_PASSWORD': 'drop-in-canary'})
said = json.dumps([r.entries, r.notes]) + open(f'{unit.run_folder}/monitor.json').read()
ok(SECRET not in said and '815471100' not in said, 'a secret setting is nowhere in what the bridge says', said)
same(r.axm('axm:option:configuration')[0]['conf'],
     {'password': '********', 'MODULE_DEBUG': '1', 'key': '********'}, 'what is none stays')
same(json.load(open(f'{unit.run_folder}/monitor.json')),
     {'********': {'value': '********'}, 'tokens': {'value': 5}, 'pin': {'value': '********'}}, 'metrics are masked as well')
debug = [e['MESSAGE'] for e in r.entries if e['PRIORITY'] == '7']
ok(len(debug) == 5 and debug[3] == 'Module sent: "********"' and debug[4] == 'Module sent: no json ********',
   'MODULE_DEBUG logs every message', debug)
same(len(module(LEAK, settings=SETTINGS.replace('_DEBUG = 1', '_DEBUG = false')).run().entries), 2, 'unless it is false')
r = module('process.send({ type: "x", data: process.env.DB_PASSWORD })').run(env={'DB_PASSWORD': 'drop-in-canary'})
same(r.axm('x'), ['********'], 'a secret of a drop-in is masked too')
r = module('process.send({ type: "x", data: process.env.NODE_AUTH_TOKEN })').run(env={'NODE_AUTH_TOKEN': 'drop-in-canary'})
same(r.axm('x'), ['********'], '... one that begins like node\'s own as well')
r = module('console.log(process.env.MODULE_DEBUG === undefined)').run(env={'MODULE_DEBUG': '1'})
same(r.out, 'true\n', 'MODULE_DEBUG stays out of the environment, where pmx prints what it finds')

# -- metrics -----------------------------------------------------------------------------------------------------------
METER = '''
let n = 0
const send = () => process.send({ type: 'axm:monitor', data: { 'CPU usage': { value: ++n, unit: '%' }, 'bell\\u0007': { value: 'a\\nb' } } })
send(); setInterval(send, 20)
setTimeout(() => process.send({ type: 'axm:monitor', data: { other: 7 } }, () => process.exit()), 2000)
'''
seen = []


def look(u, pid):
    path = f'{u.run_folder}/monitor.json'
    wait_for(lambda: os.path.exists(path))
    start = time.monotonic()
    while (spent := time.monotonic() - start) < 0.7:
        seen.append(os.stat(path).st_mtime_ns)
        json.load(open(path))
        time.sleep(0.01)
    ok(os.stat(path).st_mode & 0o777 == 0o600 and not glob.glob(f'{u.run_folder}/*.new'), 'metrics are a private file')
    ok(2 <= len(set(seen)) <= spent * 4 + 2, 'which is replaced in one step, four times a second at most', (spent, seen))


begun = time.monotonic()
r = module(METER).run(during=look)
statuses = [n for n in r.notes if n.startswith('STATUS=')]
same(r.entries, [], 'and adds nothing to the journal')
ok(3 <= len(statuses) <= (time.monotonic() - begun) * 4 + 1 and len(set(statuses)) == len(statuses), 'STATUS= is sent when it has changed', statuses)
ok(all('\n' not in s and '\a' not in s and 'CPU usage: ' in s for s in statuses), 'on one line', statuses)
same(r.notes[-1], 'BARRIER=1', 'and the last one is waited for')

unit = module('''
const data = {}
for (let i = 0; i < 400; i++) data['m' + i] = { value: i }
for (let i = 0; i < 3; i++) process.send({ type: 'axm:monitor', data })
process.send({ type: 'axm:monitor', data: { m0: { value: 'x'.repeat(9000) } } })
''')
r = unit.run()
same(len(json.load(open(f'{unit.run_folder}/monitor.json'))), 256, 'a module keeps 256 metrics at most')
same([e['MESSAGE'] for e in r.entries], ['Refused a message of the module: it has more metrics than are kept'],
     'and is told so once')
r = module(METER).run(env={'RUNTIME_DIRECTORY': None, 'NOTIFY_SOCKET': None})
same((r.status, r.entries), (0, []), 'it runs without a manager and a runtime folder, too')

# -- profiles ----------------------------------------------------------------------------------------------------------
unit = module('''
const send = (type, data) => process.send({ type: 'profilings', data: { uuid: '1', at: 2, data, success: true, type } })
send('cpuprofile', JSON.stringify({ nodes: [1, 'é\\u0000\\n'] }))
send('heapdump', '"x\\n"'.repeat(4 << 20))
process.send({ type: 'between', data: 1 })
send('heapprofile', 'y'.repeat(64 << 20))
send('heapprofile', 'y'.repeat((64 << 20) + 1))
process.send({ type: 'profilings', data: { type: 'odd', data: 7 } })
process.send({ type: 'profilings', data: { type: 'odd', data: { x: 'z'.repeat(300000) } } })
process.send({ type: 'axm:monitor', data: { m: 1 } }, () => setTimeout(process.exit, 500))
''')
peak = []


def watch(u, pid):
    wait_for(lambda: entries)
    bridge = bridge_of(pid)
    while not any(e.get('MESSAGE', '').startswith('Refused a message') for e in entries):
        peak.append(anonymous_kib(bridge))
        time.sleep(0.02)


r = unit.run(during=watch)
folder = f'{unit.state}/data/tool/profiles'
saved = r.axm('profilings')
same([(p['type'], p['size']) for p in saved], [('cpuprofile', 26), ('heapdump', 16 << 20), ('heapprofile', 64 << 20)],
     'profiles are not logged but saved')
same(sorted(p['file'] for p in saved), sorted(f'{folder}/{n}' for n in os.listdir(folder)), 'each in a file that its entry names')
ok(saved[0]['file'].endswith('.cpuprofile') and saved[1]['file'].endswith('.heapsnapshot'), 'as tools want it to be called')
same(json.load(open(saved[0]['file'])), {'nodes': [1, 'é\0\n']}, 'decoded')
same(open(saved[1]['file']).read(), '"x\n"' * (4 << 20), 'to the last byte')
same(os.stat(saved[0]['file']).st_mode & 0o777, 0o600, 'and private')
same([e['MESSAGE'].split(': ')[1] for e in r.entries if e['MESSAGE'].startswith('Refused a message')],
     ['the profile is larger than 64 MiB', 'it holds no profile', 'it holds no profile'],
     'one above 64 MiB is not, nor what is none')
same((len(r.axm('between')), max(len(json.dumps(e)) for e in r.entries) < 4096), (1, True), 'the journal stays small')
if not SANITIZED:
    ok(max(peak) <= 1024, f'the bridge needs {max(peak)} KiB for all that')

# -- the process -------------------------------------------------------------------------------------------------------
sizes = {}


def examine(u, pid):
    wait_for(lambda: any(e.get('AXM_TYPE') == 'up' for e in entries))
    bridge = bridge_of(pid)
    sizes['idle'] = anonymous_kib(bridge)
    ok(os.getsid(bridge) not in (os.getsid(pid), os.getsid(0)), 'the bridge has a session of its own')
    same(open(f'/proc/{bridge}/cmdline').read().strip('\0'), 'pm2-bridge\0tool', 'a name of its own')
    same(open(f'/proc/{bridge}/environ').read().strip('\0'), '', 'and nothing of the environment')
    for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGCONT, signal.SIGPIPE):
        os.kill(bridge, s)
    os.kill(pid, signal.SIGUSR2)
    wait_for(lambda: len(entries) > 20000)
    sizes['after'] = anonymous_kib(bridge)
    os.kill(pid, signal.SIGINT)


r = module('''
process.on('SIGUSR2', () => {
  for (let i = 0; i < 40; i++) process.send({ type: 'many', data: Array(60000).fill(i) })
  for (let i = 0; i < 20000; i++) process.send({ type: 'n', data: i + 1 })
})
process.on('SIGINT', () => { process.send({ type: 'bye', data: 1 }); process.exit(130) })
process.send({ type: 'up', data: 1 })
setInterval(() => {}, 1000)
''', settings=SETTINGS.replace('MODULE_DEBUG = 1\n', ''), package={'config': {'long': 'x' * 100000}}).run(during=examine)
same((r.status, r.axm('bye')), (130, [1]), 'signals do not end it before the module')
same(r.axm('n'), list(range(1, 20001)), 'a flood is passed on to the last message')
if not SANITIZED:
    ok(sizes['idle'] <= 512, f'it takes {sizes["idle"]} KiB of its own', sizes)
    ok(sizes['after'] <= 512, f'and {sizes["after"]} KiB after a flood', sizes)

r = module('process.disconnect(); setTimeout(() => process.exit(5), 300)').run()
same(r.status, 5, 'a module may close its channel and live on')
done()
