#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is done for modules that use @pm2/io, and that others are left alone.
from unit import Unit, done, same

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
same(r.out, '0 1\n', 'without @pm2/io nothing is loaded')
done()
