#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a module finds when pm2-launch has become its interpreter.
import json
import os
import signal

from unit import Unit, done, ok, same

TELL = '''
console.log(JSON.stringify({ env: process.env, argv: process.argv.slice(1), execArgv: process.execArgv,
  main: require.main === module, file: require.main.filename, cwd: process.cwd(), pid: process.pid,
  channel: process.channel !== undefined }))
process.disconnect()
'''

# -- settings ----------------------------------------------------------------------------------------------------------
unit = Unit({'index.js': TELL}, {'config': {'drive': '/', 'rate': 2, 'list': [1], 'password': ''}}, name='@acme/tool',
            settings='[settings]\ndrive = /home\ntwo words = "x \\x3b y"\nPATH_X = 1\n[secret]\npassword = canary\n'
                     '[json]\ndeep.a.b = 1\n',
            everywhere='[settings]\npmx_timeout = value\ndrive = /everywhere\n')
r = unit.run(env={'rate': '9', 'PM2_HOME': None})
told = r.json()
env = told['env']
same(r.status, 0, 'the module runs and ends')
same(json.loads(env['@acme/tool']), {'drive': '/home', 'rate': '9', 'list': [1], 'password': 'canary', 'pmx_timeout':
                                     'value', 'two words': 'x ; y', 'PATH_X': '1', 'deep': {'a': {'b': 1}}},
     'the settings document has the name of the module')
same([env[k] for k in ('drive', 'rate', 'list', 'pmx_timeout', 'two words', 'deep')],
     ['/home', '9', '[1]', 'value', 'x ; y', '{"a":{"b":1}}'], 'each setting is a variable')
same([env[k] for k in ('name', 'pmx_module', 'pm_id', 'version', 'NODE_APP_INSTANCE', 'pm_cwd', 'pm_exec_path',
                       'exec_interpreter', 'exec_mode', 'namespace')],
     ['@acme/tool', 'true', '7', '1.2.3', '0', unit.package, f'{unit.package}/index.js', 'node', 'fork_mode', 'default'],
     'and so is what PM2 tells a module')
same(env['PM2_HOME'], f'{unit.state}/data/@acme+tool/.pm2', 'PM2_HOME is in the folder for its data')
ok(os.path.isdir(env['STATE_DIRECTORY']), 'which is there')
same([k for k in env if k.startswith('PM2CTL') or k.startswith('NODE_CHANNEL')], [], 'nothing of the launcher is left')
ok('HOME' not in env, 'HOME stays as the manager left it')
same((told['main'], told['file'], told['argv'], told['execArgv'], told['cwd'], told['channel']),
     (True, f'{unit.package}/index.js', [f'{unit.package}/index.js'], [], unit.package, True),
     'it is the main program and cannot see what started it')

r = Unit({'index.js': TELL}).run(env={'PM2CTL_STATE': None})
same(r.status, 171, 'without PM2CTL_STATE it is the system scope, where this module is not')

# -- how it is run -----------------------------------------------------------------------------------------------------
r = Unit({'a.js': TELL}, {'apps': [{'script': 'a.js', 'args': 'one "two three"', 'node_args': '--no-warnings'}]}).run()
same((r.json()['argv'][1:], r.json()['execArgv']), (['one', 'two three'], ['--no-warnings']),
     'args and node_args are arguments')
r = Unit({'lib/index.js': TELL}, {'apps': None, 'main': 'lib'}).run()
same(r.json()['env']['pm_exec_path'][-12:], 'lib/index.js', 'main may name a folder')
two = {'apps': [{'script': 'a.js'}, {'script': 'b.js', 'name': 'worker'}, {'script': 'c.js'}]}
two = Unit({'a.js': 'console.log("a")', 'b.js': 'console.log("b")', 'c.js': 'console.log("c")'}, two)
same([two.run(app=app).out for app in (None, 'worker', '2')], ['a\n', 'b\n', 'c\n'], 'each app has a unit of its own')

r = Unit({'run.sh': 'echo "$tool $0"; grep -E "Sig(Ign|Blk)" /proc/self/status; umask; ls /proc/$$/fd\n'}).run()
same(r.out.split()[0], '{}', 'a shell module is run by bash')
# 32 and 33 are the C library's own, which it lets nobody touch
same([int(n, 16) & ~(3 << 31) for n in r.out.split()[3:6:2]], [0, 0], 'no signal is blocked or ignored')
same(sorted(set(r.out.split()[7:]) - {'255'}), ['0', '1', '2', '3'], 'no descriptor but the channel leaks')
r = Unit({'run.py': 'import os, sys\nprint(os.environ["tool"])\nos.write(3, b"{\\"type\\":\\"x\\",\\"data\\":1}\\n")'}).run()
same((r.out, r.axm('x')), ('{}\n', [1]), 'a python module may write to the channel too')
unit = Unit({'plain': '#!/bin/sh\necho "ran $0"\n'})
os.chmod(f'{unit.package}/plain', 0o755)
same(unit.run().out, f'ran {unit.package}/plain\n', 'an executable script names its interpreter itself')
unit = Unit({'x.js': '#!/bin/sh\necho own\n'}, {'apps': [{'script': 'x.js', 'interpreter': 'none'}]})
os.chmod(f'{unit.package}/x.js', 0o755)
same(unit.run().out, 'own\n', 'interpreter none executes the script')
unit = Unit({'x.sh': 'echo "by $0"\n'}, {'apps': [{'script': 'x.sh', 'interpreter': './sh'}]})
os.symlink('/bin/sh', f'{unit.package}/sh')
same(unit.run().out, f'by {unit.package}/x.sh\n', 'an interpreter may lie in the package')

# -- how it ends -------------------------------------------------------------------------------------------------------
same(Unit({'index.js': 'process.exit(42)'}).run().status, 42, 'the exit status is the module\'s')
same(Unit({'index.js': 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)'}).run().status,
     -signal.SIGTERM, 'and so is the signal')

# -- what cannot be run ------------------------------------------------------------------------------------------------


def refused(what, unit, status, clause, **run):
    r = unit.run(**run)
    ok(r.status == status and clause in r.err and r.err.count('\n') == 1 and not r.notes and not r.out,
       f'{what}: status {status}, one sentence', r)


unit = Unit({'index.js': TELL})
refused('an app that is not declared', unit, 171, "declares no app 'nope'", app='nope')
os.unlink(f'{unit.package}/index.js')
refused('a script that is gone', unit, 171, f'cannot read its script {unit.package}/index.js: No such file')
os.unlink(f'{unit.package}/package.json')
refused('package.json gone', unit, 171, f'{unit.package}/package.json')
os.unlink(f'{unit.home}/current')
refused('a module that is not installed', unit, 171, 'it is not installed')
refused('a package.json that is none', Unit({'package.json': '[]'}), 171, 'must be a JSON object')
refused('no credentials', Unit({'index.js': TELL}), 172, 'CREDENTIALS_DIRECTORY', env={'CREDENTIALS_DIRECTORY': None})
unit = Unit({'index.js': TELL})
os.unlink(f'{unit.credentials}/module')
refused('a credential missing', unit, 172, "credential 'module'")
refused('a damaged settings file', Unit({'index.js': TELL}, settings='[settings]\nk = v\n[broken\n'), 172,
        '/home/a/.config/pm2ctl/modules/tool.ini: line 3', env={'HOME': '/home/a'})
refused('settings larger than the kernel takes', Unit({'index.js': TELL}, {'config': {'k': 'x' * 131072}}), 172,
        "variable 'k' is 131074 bytes long")
refused('an interpreter that is not there', Unit({'x.js': ''}, {'apps': [{'script': 'x.js', 'interpreter': 'zzz'}]}),
        173, "its interpreter 'zzz' is not in the unit's PATH")
refused('an interpreter that the PATH of a setting has not', Unit({'index.js': TELL}, everywhere='[settings]\nPATH = /x\n'), 173,
        "its interpreter 'node' is not in /x, the value of the setting 'PATH'")
refused('an interpreter that cannot be executed',
        Unit({'x.js': ''}, {'apps': [{'script': 'x.js', 'interpreter': '/etc/passwd'}]}), 173,
        'cannot execute /etc/passwd: Permission denied')
refused('a state folder that is gone', Unit({'index.js': TELL}), 171, '/no such', env={'PM2CTL_STATE': '/no such'})
refused('a scoped module', Unit({'index.js': TELL}, name='@acme/tool'), 171, "module '@acme/tool'", app='nope')
done()
