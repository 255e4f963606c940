#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is done for modules that use @pm2/io, and that others are left alone.
import json
import os
import signal
import subprocess
import time

from unit import LAUNCHER, Unit, answer, ask, done, entries, ok, same, wait_for

# Stands for the library: says how it was set up, and looks for the module's package.json as the real one does. An old
# one waits for init(), a new one runs as soon as it is loaded.
LIBRARY = '''
const path = require('path')
class Io {
  init (conf) {
    this.conf = conf || { plain: true }
    const file = path.resolve(path.dirname(require.main.filename), 'package.json')
    process.send({ type: 'init', data: { name: require(file).name, conf: this.conf, by: __dirname } })
    process.on('message', () => {})
    return this
  }
  %s () { return this.conf }
}
module.exports = global[Symbol.for('@pm2/io')] = %s
'''
OLD = LIBRARY % ('getInitialConfig', 'new Io()')
NEW = LIBRARY % ('getConfig', 'new Io().init()')
DEPENDS = {'dependencies': {'@pm2/io': '*'}}
TELL = '''
process.send({ type: 'main', data: { main: require.main === module, file: require.main.filename,
  same: require('@pm2/io') === global[Symbol.for('@pm2/io')], argv: process.execArgv,
  traces: Object.keys(process.env).filter((k) => k.startsWith('PM2CTL')) } }, () => process.exit())
'''


def module(main, library, package=None, script='index.js', **more):
    return Unit({script: main, 'node_modules/@pm2/io/index.js': library}, package={**DEPENDS, **(package or {})}, **more)


for generation, library in ('an old', OLD), ('a new', NEW):
    unit = module(TELL, library)
    r = unit.run()
    init = r.axm('init')
    same([i['name'] for i in init], ['tool'], f'{generation} @pm2/io is set up once, as the module\'s own')
    same(init[0]['by'], f'{unit.package}/node_modules/@pm2/io', 'and it is the module\'s copy')
    same(r.axm('main'), [{'main': True, 'file': f'{unit.package}/index.js', 'same': True, 'argv': [], 'traces': []}],
         'before the module, which is the main program all the same')

ESM = '''
import io from '@pm2/io'
process.send({ type: 'main', data: { same: io === global[Symbol.for('@pm2/io')] } }, () => process.exit())
'''
for script, package in ('index.mjs', {}), ('index.js', {'type': 'module'}):
    library = OLD if script == 'index.mjs' else NEW
    r = module(ESM, library, script=script, package=package).run()
    same(([i['name'] for i in r.axm('init')], r.axm('main')), (['tool'], [{'same': True}]),
         f'an ES module finds it set up, too ({script})')

r = module(TELL, OLD).run(env={'io': '{"conf":{"metrics":{"http":true}}}'})
same(r.axm('init')[0]['conf'], {'metrics': {'http': True}}, 'the variable "io" configures it')
r = module(TELL, OLD, package={'apps': [{'script': 'index.js', 'pmx': False}]}).run()
same(len(r.axm('init')), 0, '"pmx": false in the app turns it off')
same(len(module(TELL, OLD).run(env={'pmx': 'false'}).axm('init')), 0, 'and so does the variable')
r = module(TELL, OLD, package={'dependencies': {'pm2': '*'}}).run()
same((len(r.axm('init')), len(r.axm('main'))), (0, 1), 'a copy that the module does not depend on is left alone')

CHILD = '''
if (process.argv[2]) { process.send({ argv: process.execArgv }); process.disconnect() }
else require('child_process').fork(__filename, ['child']).on('message', (m) =>
  process.send({ type: 'child', data: m }, () => process.exit()))
'''
r = module(CHILD, OLD).run()
same((r.axm('child'), len(r.axm('init'))), ([{'argv': []}], 1), 'children of the module are no modules')
WORKER = '''
const { Worker } = require('worker_threads')
new Worker('', { eval: true }).on('exit', (code) => process.send({ type: 'worker', data: [code] }, () => process.exit()))
'''
r = module(WORKER, OLD).run()
same((r.axm('worker'), len(r.axm('init'))), ([[0]], 1), 'nor are its threads')

FINE = 'console.log("fine"); process.exit()'
for what, broken in {
        'a library that throws': 'throw new Error("no")',
        'one that has no init()': 'module.exports = null',
        'one that cannot be parsed': 'syntax error',
}.items():
    r = module(FINE, broken).run()
    same((r.status, r.out, r.err), (0, 'fine\n', ''), f'{what} is not the module\'s trouble')
r = Unit({'index.js': FINE}, package=DEPENDS).run()
same((r.status, r.out, r.err), (0, 'fine\n', ''), 'nor is one that is not there')
r = module(FINE, OLD).run(env={'io': '{broken'})
same((r.status, r.out, r.err), (0, 'fine\n', ''), 'nor a broken variable "io"')
r = Unit({'index.js': 'console.log(process.listenerCount("message"), Object.keys(require.cache).length)'}).run()
same(r.out, '0 1\n', 'a module finds nothing of this')

# -- errors ------------------------------------------------------------------------------------------------------------
ALIVE = 'setTimeout(() => { console.log("alive"); process.exit() }, 200)\n'


def exceptions(main, script='index.js', **more):
    r = Unit({script: main}, **more).run()
    return r, [(e['name'], e['message']) for e in r.axm('process:exception')]


REJECT = 'Promise.reject(new TypeError("lost"))\n'
for script in 'index.js', 'index.mjs':
    r, told = exceptions(ALIVE + REJECT, script)
    same((r.status, r.out, r.err, told), (0, 'alive\n', '', [('TypeError', 'lost')]),
         f'a rejection that is not handled is reported and ends nothing ({script})')
    [entry] = [e for e in r.entries if e.get('AXM_TYPE') == 'process:exception']
    ok(entry['PRIORITY'] == '3' and f'{script}:2:' in entry['MESSAGE'], '... and logged with its stack', entry)
r, told = exceptions(ALIVE + 'Promise.reject("text"); Promise.reject(); Promise.reject({ get message () { throw 1 } })')
same((r.status, [name for name, _ in told], told[0][1]), (0, ['Error'] * 3, "Not an error: 'text'"), 'whatever it is')
r, told = exceptions(ALIVE + 'Promise.reject(new Error("x".repeat(1e6)))')
same((r.status, len(told[0][1])), (0, 10000), 'however long')
r, told = exceptions(ALIVE + 'process.disconnect()\n' + REJECT)
ok(r.status == 0 and 'TypeError: lost\n    at ' in r.err, 'without a channel it is logged', r)
r, told = exceptions('process.on("unhandledRejection", (e) => { throw e })\n' + ALIVE + REJECT)
same((r.status, told), (1, [('TypeError', 'lost')]), 'a module that listens decides what becomes of it')

THROW = 'throw new RangeError("gone")\n'
for script in 'index.js', 'index.mjs':
    r, told = exceptions(ALIVE + THROW, script)
    same((r.status, told), (1, [('RangeError', 'gone')]), f'an error is reported before it ends the module ({script})')
    ok('RangeError: gone' in r.err, '... as node does it', r)
r, told = exceptions('process.on("uncaughtException", () => {})\n' + ALIVE + THROW)
same((r.status, r.out, told), (0, 'alive\n', [('RangeError', 'gone')]), 'unless the module listens')
r, told = exceptions('await 1\n' + ALIVE + REJECT.replace('Promise', 'await Promise'), 'index.mjs')
same((r.status, told), (1, [('TypeError', 'lost')]), 'a rejection that fails an ES module ends it')
r, told = exceptions('process.disconnect()\n' + THROW)
same((r.status, r.err.count('RangeError: gone')), (1, 1), 'without a channel node logs it once')
r, told = exceptions(ALIVE + REJECT, package={'apps': [{'script': 'index.js', 'pmx': False}]})
same((r.status, told), (1, []), '"pmx": false turns that off')

# what a library does that catches errors: it says so, listens, and reports
CATCHES = """
process.send({ type: 'axm:option:configuration', data: { error: true } })
const report = ({ message, stack, name }) => process.send({ type: 'process:exception', data: { message, stack, name } })
process.%s('unhandledRejection', report)
process.on('uncaughtException', (e) => { report(e); process.exit(1) })
"""
r, told = exceptions(CATCHES % 'on' + ALIVE + REJECT)
same((r.status, told), (0, [('TypeError', 'lost')]), 'an error is reported once if a library reports it')
r, told = exceptions(CATCHES % 'on' + THROW)
same((r.status, told), (1, [('RangeError', 'gone')]), '... one that ends the module, too')
r, told = exceptions(CATCHES % 'once' + ALIVE + REJECT + REJECT.replace('lost', 'too'))
same((r.status, told), (0, [('TypeError', 'lost'), ('TypeError', 'too')]), 'it may listen but once')

# -- actions -----------------------------------------------------------------------------------------------------------
ACTIONS = ['km:cpu:profiling:start', 'km:cpu:profiling:stop', 'km:heap:sampling:start', 'km:heap:sampling:stop',
           'km:heapdump']
IDLE = 'process.on("SIGUSR2", () => process.exit()); setInterval(() => {}, 1000)\n'


def actions_of(data):
    """One, or several that are announced together."""
    return data if isinstance(data, list) else [data]


def announced(r):
    return sorted(a['action_name'] for data in r.axm('axm:action') for a in actions_of(data))


def wait_for_actions(n):
    wait_for(lambda: sum(len(actions_of(json.loads(e['AXM_DATA']))) for e in entries if e.get('AXM_TYPE') == 'axm:action') >= n)


def replies(action):
    return [e['data'] for e in answer(unit, action) if e['event'] == 'reply']


def profile(unit, pid):
    wait_for_actions(len(ACTIONS))
    wrong.append(replies('km:cpu:profiling:stop'))
    right.append(replies('km:cpu:profiling:start'))
    wrong.append(replies('km:heap:sampling:start'))
    wrong.append(replies('km:heap:sampling:stop'))
    for action in 'km:cpu:profiling:stop', 'km:heap:sampling:start', 'km:heap:sampling:stop', 'km:heapdump':
        right.append(replies(action))
    wait_for(lambda: sum(e.get('AXM_TYPE') == 'profilings' for e in entries) == 3)
    os.kill(pid, signal.SIGUSR2)


unit = Unit({'index.js': IDLE})
right, wrong = [], []
r = unit.run(during=profile)
same((r.status, announced(r)), (0, ACTIONS), 'every module has the actions that PM2 gives it')
same({(a['action_type'], a['arity']) for data in r.axm('axm:action') for a in actions_of(data)}, {('internal', 1), ('internal', 2)},
     '... announced as such')
same([[a['success'] for a in reply] for reply in right], [[True]] * 5, '... which answer')
same([a[0]['uuid'] for a in right[:4:2]], [a[0]['uuid'] for a in right[1:4:2]], '... with one ID for start and stop')
same([[a['success'] for a in reply] for reply in wrong], [[False]] * 3, 'what cannot be is refused')
saved = {p['type']: json.load(open(p['file'])) for p in r.axm('profilings')}
same({kind: sorted(p)[:2] for kind, p in saved.items()},
     {'cpuprofile': ['endTime', 'nodes'], 'heapprofile': ['head', 'samples'], 'heapdump': ['edges', 'locations']},
     'profiles become files')
ok(len(saved['heapdump']['nodes']) > 10000, '... whole')


def listen_late(unit, pid):
    wait_for_actions(len(ACTIONS) + 1)
    client = ask(unit, 'late', 'kept')
    got.append(client.next())
    os.kill(pid, signal.SIGUSR2)
    got.extend(client.rest())


got = []
r = Unit({'index.js': """
process.send({ type: 'axm:action', data: { action_name: 'late' } })
process.on('SIGUSR2', () => process.once('message', (m) => {
  process.send({ type: 'axm:reply', data: { action_name: 'late', return: m.opts } }, () => process.exit())
}))
setInterval(() => {}, 1000)
"""}).run(during=listen_late)
same(got, [{'event': 'sent'}, {'event': 'reply', 'data': 'kept'}], 'a message waits until the module listens')

OWN = """
process.send({ type: 'axm:action', data: { action_name: 'km:heapdump' } })
const reply = (name) => process.send({ type: 'axm:reply', data: { action_name: name, return: { success: 'mine' } } })
process.on('message', reply)
"""


def ask_library(unit, pid):
    wait_for_actions(len(ACTIONS))
    got.extend(answer(unit, 'km:heapdump'))
    os.kill(pid, signal.SIGUSR2)


got = []
r = Unit({'index.js': OWN + IDLE}).run(during=ask_library)
same((announced(r), got[1:]), (ACTIONS, [{'event': 'reply', 'data': {'success': 'mine'}}]),
     'an action that a library has is its own')

WAIT = 'setTimeout(() => {}, 1500)\n'
r = Unit({'index.js': WAIT}).run()
same((r.status, announced(r)), (0, ACTIONS), 'a module that has nothing more to do ends all the same')
LISTENS = """
const hear = () => {}
process.on('message', hear)
setTimeout(() => {}, 1500).unref()
setTimeout(() => { process.off('message', hear); process.once('exit', () => console.log('off')) }, 2000).unref()
"""
r = Unit({'index.js': LISTENS}).run()
same((r.status, r.out), (0, 'off\n'), 'one that listens stays until it does no more')
r = Unit({'index.js': 'const end = Date.now() + 1500; while (Date.now() < end);\nsetImmediate(() => {})'}).run()
same((r.status, r.err), (0, ''), 'one that never yields is left alone')
NONE = 'Object.defineProperty(process.features, "inspector", { value: false })'
unit = Unit({'index.js': WAIT, 'none.cjs': NONE})
r = unit.run(env={'NODE_OPTIONS': f'--require={unit.package}/none.cjs'})
same((r.status, announced(r)), (0, []), 'without an inspector there are none')
r = Unit({'index.js': WAIT}, package={'apps': [{'script': 'index.js', 'pmx': False}]}).run()
same((r.status, announced(r)), (0, []), '"pmx": false turns them off')

# -- metrics -----------------------------------------------------------------------------------------------------------
# They go to a file, not to the journal: the last ones of a module that was there for a while.
METRICS = {
    'Heap Size': ('MiB', 'internal/v8/heap/total'), 'Heap Usage': ('%', 'internal/v8/heap/usage'),
    'Used Heap Size': ('MiB', 'internal/v8/heap/used'), 'Active requests': (None, 'internal/libuv/requests'),
    'Active handles': (None, 'internal/libuv/handles'), 'Event Loop Latency': ('ms', 'internal/libuv/latency/p50'),
    'Event Loop Latency p95': ('ms', 'internal/libuv/latency/p95'),
}


def metrics(main, ms=2600, **more):
    unit = Unit({'index.js': f'setTimeout(() => process.exit(), {ms})\n{main}'}, **more)
    r = unit.run()
    if r.status != 0 or not os.path.exists(f'{unit.run_folder}/monitor.json'):
        return {}
    return json.load(open(f'{unit.run_folder}/monitor.json'))


m = metrics('setInterval(() => { const end = Date.now() + 40; while (Date.now() < end); }, 45)')
same({name: (v.get('unit'), v['type']) for name, v in m.items()}, METRICS,
     'every module has the metrics that PM2 gives it')
ok(all(v['historic'] is True for v in m.values()), '... in the form of @pm2/io', m)
values = {name: float(v['value']) for name, v in m.items()}
ok(0 < values['Used Heap Size'] <= values['Heap Size'] and 0 < values['Heap Usage'] <= 100, 'the heap is measured', m)
ok(0 < values['Event Loop Latency'] <= values['Event Loop Latency p95'] < 100, '... how late timers are', m)
same((values['Active handles'], values['Active requests']), (0, 0), '... and what is open')
m = metrics('''require('net').createServer().listen(0)
for (let i = 0; i < 50; i++) require('dgram').createSocket('udp4').bind()''')
same(m['Active handles']['value'], 51, '... as it changes')

SERVES = """
const { get } = require('http%s')
const server = require('http%s').createServer(%s, (request, response) => setTimeout(() => response.end(), 30))
const ask = (port) => get({ port, rejectUnauthorized: false, agent: false }, (response) => response.resume())
server.listen(0, () => { for (let i = 0; i < 30; i++) ask(server.address().port) })
"""
HTTP = {'HTTP Mean Latency': ('ms', 'internal/http/builtin/latency/p50'),
        'HTTP P95 Latency': ('ms', 'internal/http/builtin/latency/p95'),
        'HTTP': ('req/min', 'internal/http/builtin/reqs')}
m = metrics(SERVES % ('', '', '{}'))
same({name: (v.get('unit'), v['type']) for name, v in m.items()}, {**METRICS, **HTTP},
     'one that serves has those of HTTP, too')
same(m.get('HTTP', {}).get('value'), 30, '... the number of requests')
ok(29 <= m['HTTP Mean Latency']['value'] <= m['HTTP P95 Latency']['value'] < 1000, '... how long they take', m)
KEY = f'{os.path.dirname(LAUNCHER)}/key.pem'
made = subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=x', '-keyout', KEY,
                       '-out', KEY + '.crt'], stderr=subprocess.DEVNULL)
same(made.returncode, 0, 'a certificate is made')
read = lambda file: f'require("fs").readFileSync("{file}")'
m = metrics(SERVES % ('s', 's', f'{{ key: {read(KEY)}, cert: {read(KEY + ".crt")} }}'))
same({name: v['type'] for name, v in m.items() if name not in METRICS},
     {name.replace('HTTP', 'HTTPS'): kind.replace('http', 'https') for name, (_, kind) in HTTP.items()},
     'HTTPS has its own')

SENDS = """
setInterval(() => process.send({ type: 'axm:monitor', data: { 'Heap Size': { value: 'mine' }, own: 7 } }), 400)
"""
m = metrics(SENDS)
same((m['Heap Size'], m['own'], len(m)), ({'value': 'mine'}, 7, len(METRICS) + 1),
     'what a module measures itself is left to it')
m = metrics('', package={'apps': [{'script': 'index.js', 'pmx': False}]})
same(m, {}, '"pmx": false turns them off')
start = time.monotonic()
r = Unit({'index.js': ''}).run()
ok(r.status == 0 and time.monotonic() - start < 0.9, 'a module that has nothing more to do ends')
r = Unit({'index.js': 'setTimeout(() => {}, 2500); setTimeout(() => process.disconnect(), 1200)'}).run()
same((r.status, r.err), (0, ''), 'a module may close its channel')
r = Unit({'index.js': 'setTimeout(() => {}, 2500); delete process.send; delete process.connected'}).run()
same((r.status, r.err), (0, ''), '... or lose it')
done()
