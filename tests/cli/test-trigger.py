#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`pm2ctl trigger` at control sockets that a module may have taken over: whatever listens there, the command ends at its
deadline, with one sentence and status 5, or before it with status 1. In the user scope of folders of our own. TAP."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time

pm2ctl = os.path.join(os.path.abspath(os.environ.get('top_builddir', '.')), 'pm2ctl')
tmp = tempfile.mkdtemp()
env = {'PATH': os.environ['PATH'], 'HOME': tmp, 'XDG_RUNTIME_DIR': tmp + '/run', 'LC_ALL': 'C.UTF-8',
       **{k: v for k, v in os.environ.items() if k.endswith('SAN_OPTIONS')}}
FOREVER = 90  # seconds; what does not end by itself is killed then, and has failed
n = failed = 0


def ok(good, name, *notes):
    global n, failed
    n += 1
    failed |= not good
    print('ok' if good else 'not ok', n, '-', name, flush=True)
    if not good:
        for note in notes:
            print('#', str(note)[:2000].replace('\n', '\n# '), flush=True)


def module(name):
    release = f'{tmp}/.local/state/pm2ctl/modules/{name}/releases/1.0.0-1'
    os.makedirs(f'{release}/node_modules/{name}')
    os.makedirs(f'{tmp}/run/pm2ctl/{name}', mode=0o700)
    with open(f'{release}/node_modules/{name}/package.json', 'w') as f:
        json.dump({'name': name, 'version': '1.0.0', 'apps': [{'script': 'a.js'}]}, f)
    with open(f'{release}/module.json', 'w') as f:
        json.dump({'format': 1, 'name': name, 'version': '1.0.0', 'installed': 1, 'pm_id': 0}, f)
    os.symlink('releases/1.0.0-1', f'{release}/../../current')


class Bridge:
    """Listens for a module; `answer` gets each connection in a thread, None: no connection is taken."""

    def __init__(self, name, answer, backlog=8):
        self.path = f'{tmp}/run/pm2ctl/{name}/control.sock'
        self.answer, self.waiting = answer, []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(self.path)
        self.socket.listen(backlog)
        if answer:
            threading.Thread(target=self.serve, daemon=True).start()

    def fill(self):
        while True:
            s = socket.socket(socket.AF_UNIX)
            s.setblocking(False)
            self.waiting.append(s)
            try:
                s.connect(self.path)
            except BlockingIOError:
                return self

    def serve(self):
        while True:
            try:
                c = self.socket.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.talk, args=(c,), daemon=True).start()

    def talk(self, c):
        try:
            self.answer(c)
        except OSError:
            pass
        c.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR) if self.answer else None
        for s in [self.socket, *self.waiting]:
            s.close()
        os.unlink(self.path)


def event(what, data=None):
    return json.dumps({'event': what, 'data': data}).encode() + b'\n'


def trigger(*words, timeout='1'):
    start = time.monotonic()
    try:
        r = subprocess.run([pm2ctl, '--user', 'trigger', f'--timeout={timeout}', *words], env=env, timeout=FOREVER,
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    except subprocess.TimeoutExpired:
        return None, '', f'no end within {FOREVER} s', FOREVER
    return r.returncode, r.stdout, r.stderr, time.monotonic() - start


def ends(name, status, sentence, *words, timeout='1'):
    """It ends so, and says that in one line."""
    got, out, err, seconds = trigger(*words, timeout=timeout)
    ok(got == status and err.count('\n') == 1 and sentence in err, name,
       f'want status {status}: {sentence}', f'got {got} after {seconds:.1f} s: {err}')
    return out


def stream(c):
    c.sendall(event('sent'))
    while True:
        c.sendall(event('stream', 'x'))
        time.sleep(0.1)


def slowly(text):
    def answer(c):
        for byte in text * 1000:
            c.sendall(bytes([byte]))
            time.sleep(0.7)
    return answer


def flood(piece, first=b''):
    def answer(c):
        c.sendall(first)
        while True:
            c.sendall(piece)
    return answer


def hang(c):
    time.sleep(FOREVER)


def read_then(*events):
    def answer(c):
        c.recv(1 << 20)
        for e in events:
            c.sendall(e)
    return answer


module('one')
module('two')

# -- at the deadline
with Bridge('one', stream):
    out = ends('a stream that never ends', 5, "Action 'act' of one failed: it has not ended within 1 s", 'one', 'act')
    ok(out.startswith('x\n'), 'is printed up to then', out)
    got, out, err, _ = trigger('--json=short', 'one', 'act')
    ok(got == 5 and json.loads(out)['outcome'] == 'timeout', 'in JSON its outcome is "timeout"', got, out, err)
with Bridge('one', slowly(event('stream', 'x'))):
    ends('a byte now and then', 5, 'after 2 s', 'one', 'act', timeout='2')
with Bridge('one', slowly(b'\x00')):
    ends('a line that never ends', 5, 'after 2 s', 'one', 'act', timeout='2')
with Bridge('one', flood(event('stream', 'x'), event('sent'))):
    ends('a flood of small answers', 5, 'it has not ended within 1 s', 'one', 'act')
with Bridge('one', flood(b'A' * 65536)):
    got, _, err, _ = trigger('one', 'act')
    ok(got in (1, 5) and err.count('\n') == 1, 'a flood without a newline', got, err)
with Bridge('one', flood(event('sent'))):
    got, _, err, _ = trigger('one', 'act')
    ok(got in (1, 5) and err.count('\n') == 1, 'a flood that says nothing', got, err)
with Bridge('one', hang):
    ends('a connection that is not read', 5, 'timed out after 1 s: the module has not announced the action yet', 'one', 'act', 'x' * 65000)
with Bridge('one', lambda c: (c.sendall(event('sent')), hang(c))):
    ends('an answer that does not come', 5, 'it has not answered within 1 s', 'one', 'act')
with Bridge('one', None, backlog=0) as b:
    b.fill()
    ends('a connection that is never taken', 5, 'its bridge accepts no connection', 'one', 'act')
with Bridge('one', None, backlog=8):
    ends('one that waits in the queue', 5, 'timed out after 1 s: the module has not announced the action yet', 'one', 'act')
with Bridge('one', None, backlog=0) as b, Bridge('two', stream):
    b.fill()
    got, out, err, seconds = trigger('all', 'act', timeout='3')
    ok(got == 5 and err.count('\n') == 2 and 'of one failed: its bridge accepts no' in err and 'of two failed: it has not ended' in err,
       'of two modules each has its sentence', got, err)
    ok('two: x\n' in out, 'and one does not keep the other from being asked', out)

# -- before it
with Bridge('one', flood(event('stream', 'x' * 1000000), event('sent'))):
    ends('more than an answer may have', 1, 'it sent more than 64 MiB', 'one', 'act', timeout='80')
    ends('more than JSON may hold', 1, 'it said more than 16 MiB', '--json=short', 'one', 'act', timeout='80')

# Deep values become long when they are indented: 48 KiB here are 3 MiB, and many values take memory.
deep = '[' * 60 + ','.join(['0'] * 16000) + ']' * 60
wide = ('{"event":"stream","data":%s}\n' % deep).encode()


def measured(*words, timeout='80'):
    """Status, what it said, bytes that it printed, and MiB of memory at most."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        p = subprocess.Popen([pm2ctl, '--user', 'trigger', f'--timeout={timeout}', *words], env=env, stdin=subprocess.DEVNULL,
                             stdout=out, stderr=err)
        peak = 0  # ru_maxrss would have that of this process before exec()
        while p.poll() is None:
            with open(f'/proc/{p.pid}/status', encoding='ascii') as f:
                peak = max([peak, *(int(line.split()[1]) for line in f if line.startswith('VmHWM'))])
            time.sleep(0.02)
        err.seek(0)
        return p.returncode, err.read().decode(), out.seek(0, os.SEEK_END), peak / 1024


with open(pm2ctl, 'rb') as f:
    room = 8 if b'__asan_init' in f.read() else 1  # it keeps what was freed
with Bridge('one', flood(wide, event('sent'))), Bridge('two', flood(wide, event('sent'))):
    for option in ('--json=short', '--json=pretty'):
        got, err, size, memory = measured(option, 'all', 'act')
        ok(got == 1 and err.count('\n') == 2 and 'it said more than 524288 values before' in err, f'values of two have a limit with {option}', got, err)
        ok(size < 100 << 20 and memory < 400 * room, '... so has what comes of them', size, memory)
    got, err, size, memory = measured('all', 'act')
    ok(got == 1 and err.count('\n') == 2 and 'more than 64 MiB were printed' in err, 'so has what is printed of both', got, err)
    ok(size < 70 << 20 and memory < 100 * room, '... and kept meanwhile', size, memory)
with Bridge('one', flood(('{"event":"stream","data":"%s"}\n' % ('\u009b' * 300000)).encode(), event('sent'))):
    got, err, size, _ = measured('one', 'act')
    ok(got == 1 and 'more than 64 MiB were printed' in err and size < 70 << 20, 'control characters, which are spelled out, too', got, err, size)
with Bridge('one', read_then(event('sent'), wide.replace(b'stream', b'reply'))):
    _, out, _, _ = trigger('one', 'act', timeout='80')
    ok(json.loads(out) == json.loads(deep) and len(out) < 4 << 20, 'a deep answer is printed', len(out))
with Bridge('one', read_then(event('sent'), event('stream', {'a': [1, 2]}), event('reply', {'b': [3]}))):
    _, out, _, _ = trigger('one', 'act', timeout='80')
    ok(out.startswith('{"a":[1,2]}\n{\n'), 'a part on one line, an answer on several', out)
for what, answer in (('one value', wide.replace(b'stream', b'error')), ('text', event('error', 'x' * 900000)),
                     ('names', event('unknown', [f'name{i}' for i in range(16000)])), ('a name', event('unknown', ['act' + 'x' * 900000]))):
    with Bridge('one', read_then(answer)):
        got, _, err, _ = trigger('one', 'act', timeout='80')
        ok(got == 1 and len(err) < 5000 and '…' in err, f'a reason of {what} is cut', got, len(err), err)
with Bridge('one', flood(b'\n')):
    ends('empty lines', 1, 'its answer is invalid', 'one', 'act', timeout='80')
with Bridge('one', read_then(event('sent'))):
    ends('an end without an answer', 1, 'it ended before it answered', 'one', 'act', timeout='80')
with Bridge('one', lambda c: None):
    ends('an end before anything', 1, 'it ended before it answered', 'one', 'act', 'x' * 65000, timeout='80')
with Bridge('one', read_then(event('sent'), event('stream', 'a'), event('end', 'b'))):
    got, out, err, _ = trigger('one', 'act', timeout='80')
    ok((got, out, err) == (0, 'a\nb\n', ''), 'a good answer', got, out, err)

print(f'1..{n}', flush=True)
shutil.rmtree(tmp)
os._exit(failed)
