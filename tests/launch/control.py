#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# The bridge's control socket: what it asks of the module for whom, and who gets which answer.
import json
import os
import signal
import socket
import stat
import subprocess
import time

from unit import (BUILD, SANITIZED, Client, Unit, anonymous_kib, answer, ask, bridge_of, done, entries, ok, same, skip,
                  wait_for)

SECRET = 'canary-77e1'

# Answers as published libraries do. "later" answers when it is told to, with what it was asked first.
MODULE = r'''
const owed = []
const send = (type, data) => process.send({ type, data })
const reply = (name, value) => send('axm:reply', { action_name: name, return: value })
for (const name of ['form', 'later', 'silent', 'secret', 'large', 'die', 'release', 'fork me', 'announce'])
  send('axm:action', { action_name: name, opts: null, arity: 1 })
for (const name of ['tail', 'fails', 'form'])
  send('axm:action', { action_name: name, action_type: 'scoped' })
process.on('message', (m) => {
  const name = m.msg || m
  const say = (what, data) => send('axm:scoped_action:' + what, { data, uuid: m.uuid, action_name: name })
  if (name === 'form') reply(name, m)
  if (name === 'fork me') reply(name, { pid: process.pid })
  if (name === 'later') owed.push(m.opts || null)
  if (name === 'release') { const n = owed.length; while (owed.length) reply('later', owed.shift()); reply(name, n) }
  if (name === 'secret') reply(name, { text: 'x' + process.env.password, token: 'y' })
  if (name === 'large') { reply(name, 'x'.repeat(200000)) }
  if (name === 'die') process.exit(7)
  if (name === 'announce') { send('axm:action', { action_name: 'tardy' }); reply(name) }
  if (name === 'tardy') reply(name, 'at last')
  if (name === 'tail') { say('stream', m.opts || 'none'); say('stream', { line: 2 }); setTimeout(() => say('end', m.opts), 300) }
  if (name === 'fails') say('error', 'no such file')
})
setInterval(() => {}, 1000)
send('up', 1)
'''


def pm2ctl(unit, *words):
    r = subprocess.run([f'{BUILD}/pm2ctl', '--user', *words], capture_output=True, text=True, timeout=60,
                       env={'XDG_STATE_HOME': unit.root, 'XDG_RUNTIME_DIR': unit.root, 'HOME': unit.root, 'LC_ALL': 'C.UTF-8'})
    return r.returncode, r.stdout, r.stderr


SENT = {'event': 'sent'}


def look(u, pid):
    wait_for(lambda: any(e.get('AXM_TYPE') == 'up' for e in entries))
    st = os.stat(f'{u.run_folder}/control.sock')
    ok(stat.S_ISSOCK(st.st_mode) and not st.st_mode & 0o077, 'the socket is its owner\'s alone')

    # -- an action that is not announced yet
    early = ask(u, 'tardy')
    answer(u, 'announce')
    r = early.rest()
    if r[-1]['event'] == 'unknown' and time.monotonic() - STARTED > 5:
        skip('a module that was just started has time to announce its actions', 'it took its time to start')
    else:
        same(r, [SENT, {'event': 'reply', 'data': 'at last'}], 'a module that was just started has time to announce its actions')

    # -- forms
    same(answer(u, 'form'), [SENT, {'event': 'reply', 'data': 'form'}], 'without a parameter the module gets a string')
    same(answer(u, 'form', '{"a":"é\n"}'),
         [SENT, {'event': 'reply', 'data': {'msg': 'form', 'opts': '{"a":"é\n"}', 'name': u.name}}],
         'with one an object that holds it as text; the first registration of an action counts')
    same(answer(u, 'form', '')[1]['data']['opts'], '', 'an empty one is one')
    r = answer(u, 'secret')
    same(r[1]['data'], {'text': 'x********', 'token': '********'}, 'secrets are masked in answers')
    same(len(answer(u, 'large')[1]['data']), 200000, 'a large answer is whole')

    # -- what is no action
    r = answer(u, 'uptme')
    same((r[0]['event'], sorted(r[0]['data'])),
         ('unknown', ['announce', 'die', 'fails', 'fork me', 'form', 'large', 'later', 'release', 'secret', 'silent', 'tail', 'tardy']),
         'who asks for what there is not is told what there is')
    for bad in b'', b'nonsense', b'{"action":7}', b'{"action":"' + b'x' * 257 + b'"}', b'\xff', b'[' * 2000:
        r = Client(u, bad).rest()
        ok(len(r) == 1 and r[0]['event'] == 'refused' and r[0]['data'], f'{bad[:20]} is refused', r)
    r = Client(u, b'x' * 600000).rest()
    same(r, [{'event': 'refused', 'data': 'the request is too long'}], 'so is a request that is too long')

    # -- turns
    first = ask(u, 'later', 'a')
    same(first.next(), SENT, 'an action is under way')
    waiting = [ask(u, 'later', str(i)) for i in range(10)]
    tail = answer(u, 'tail', 'x')
    same([e['event'] for e in tail], ['sent', 'stream', 'stream', 'end'], 'others do not wait for it')
    same([e.get('data') for e in tail[1:]], ['x', {'line': 2}, 'x'], 'a scoped one says more than one thing')
    same(answer(u, 'release'), [SENT, {'event': 'reply', 'data': 1}], 'the module was asked once')
    same(first.rest(), [{'event': 'reply', 'data': 'a'}], 'whose answer it is gets it')
    got = []
    for i, client in enumerate(waiting):
        same(client.next(), SENT, f'then it is the turn of the next ({i})') if i == 0 else client.next()
        answer(u, 'release')
        got += client.rest()
    same([e['data'] for e in got], [str(i) for i in range(10)], 'and each of the others, in the order they came')

    gone = ask(u, 'silent')
    gone.next()
    other = ask(u, 'silent')
    gone.close()
    same(other.next(), SENT, 'who loses patience makes room')
    other.close()
    clients = [ask(u, 'tail', str(i)) for i in range(20)]
    same([c.rest()[-1].get('data') for c in clients], [str(i) for i in range(20)], '20 scoped actions run side by side')
    same([c.rest()[-1] for c in [ask(u, 'fork me') for _ in range(20)]],
         [{'event': 'reply', 'data': {'pid': pid}}] * 20, '20 ask for one action, and each gets an answer')
    same(answer(u, 'fails')[1], {'event': 'error', 'data': 'no such file'}, 'a scoped action that fails says so')

    # -- more than there is room for, and those who misbehave
    many = [ask(u, 'silent') for _ in range(40)]
    late = ask(u, 'form')
    time.sleep(0.2)
    for client in many:
        client.close()
    same(late.rest()[-1:], [{'event': 'reply', 'data': 'form'}], 'who finds no room waits for it')
    lazy = [Client(u) for _ in range(5)]
    twice = ask(u, 'silent')
    twice.next()
    twice.s.sendall(b'{"action":"form"}\n')
    same(twice.rest(), [], 'who says more than a request is hung up on')
    if os.geteuid() == 0:
        os.chmod(u.run_folder, 0o711)
        for folder in (os.path.dirname(u.run_folder), os.path.dirname(u.root)):
            os.chmod(folder, 0o711)
        os.chmod(f'{u.run_folder}/control.sock', 0o666)
        read, write = os.pipe()
        if os.fork() == 0:
            os.chdir(u.run_folder)
            os.setresuid(12345, 12345, 12345)
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(20)
            s.connect('control.sock')
            os.write(write, s.makefile('rb').read())
            os._exit(0)
        os.close(write)
        r = json.loads(os.read(read, 4096))
        os.wait()
        ok(r['event'] == 'refused' and 'root' in r['data'], 'who is neither root nor the module\'s user is refused', r)
    else:
        skip('another user is refused', 'only root can be another user')
    same(answer(u, 'form')[1]['data'], 'form', 'and all is well')
    if SIZE:
        size = anonymous_kib(bridge_of(pid))
        ok(size <= 512, f'the bridge has {size} KiB of its own', size)
    for client in lazy:
        client.close()

    # -- pm2ctl at the other end
    trigger = lambda *words: pm2ctl(u, 'trigger', u.name, *words)
    same(trigger('form'), (0, 'form\n', ''), 'pm2ctl prints an answer')
    same(trigger('tail', 'x\a'), (0, 'x\\x07\n{"line":2}\nx\\x07\n', ''), 'and what comes before it')
    r = trigger('tail', 'x', '--json=short')
    same(json.loads(r[1]), {'module': u.name, 'unit': f'pm2@{u.name[1:].replace("/", ":")}.service', 'action': 'tail',
                            'outcome': 'done', 'return': 'x', 'stream': ['x', {'line': 2}]}, 'or all of it as JSON')
    r = trigger('tial')
    ok(r[0] == 1 and 'did you mean \'tail\'?' in r[2], 'it knows what was meant', r)
    r = trigger('silent', '--timeout=0.3')
    ok(r[0] == 5 and 'has not answered within 0.3 s' in r[2], 'it does not wait for ever', r)
    r = trigger('fails')
    ok(r[0] == 1 and r[2].endswith('no such file\n'), 'it tells why an action failed', r)
    same(trigger('form', 'x' * 65537)[0], 1, 'it refuses what is too long')

    # -- a module that takes nothing, and one that ends
    os.kill(pid, signal.SIGSTOP)
    replies = [Client(u, {'action': 'tail', 'parameter': 'x' * 60000}) for _ in range(8)]
    time.sleep(0.3)
    os.kill(pid, signal.SIGCONT)
    same([c.rest()[-1]['event'] for c in replies], ['end'] * 8, 'what a module does not take is kept for it')
    end = ask(u, 'die')
    same(end.rest(), [SENT], 'when it ends, so does the wait')


SIZE = not SANITIZED
STARTED = time.monotonic()
settings = f'[settings]\npassword = {SECRET}\nMODULE_DEBUG = 1\n'
alone = {'apps': [{'script': 'index.js', 'pmx': False}]}
unit = Unit({'index.js': MODULE}, alone, name='@acme/tool-' + 'x' * 150, settings=settings)
# where pm2ctl looks for both
os.rename(unit.state, f'{unit.root}/pm2ctl')
unit.package = unit.package.replace(unit.state, f'{unit.root}/pm2ctl', 1)
unit.state = f'{unit.root}/pm2ctl'
unit.run_folder = f'{unit.state}/{unit.name.replace("/", "+")}'
os.mkdir(unit.run_folder, 0o700)
r = unit.run(during=look, timeout=60)
same(r.status, 7, 'the module ran until it wanted to end')
ok(r.axm('axm:reply') and SECRET not in json.dumps(r.entries), 'answers are in the journal, too, and no secret is')
debug = [e['MESSAGE'] for e in r.entries if e['PRIORITY'] == '7']
ok('Module was sent: "form"' in debug and any(m.startswith('Module sent: {"type":"axm:reply"') for m in debug),
   'MODULE_DEBUG logs both ways', debug[:20])
done()
