#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Secrets that are given to pm2ctl: once it has read its command line, no process shows them in /proc; and a value that is
not given is asked for on a terminal without an echo, which comes back whatever ends the command. TAP."""

import fcntl
import glob
import json
import os
import pty
import shutil
import signal
import socket
import subprocess
import tempfile
import termios
import threading
import time

build = os.path.abspath(os.environ.get('top_builddir', '.'))
tmp = tempfile.mkdtemp()
env = {'PATH': os.environ['PATH'], 'HOME': tmp, 'XDG_RUNTIME_DIR': tmp + '/run', 'LC_ALL': 'C.UTF-8', 'TERM': 'dumb',
       **{k: v for k, v in os.environ.items() if k.endswith('SAN_OPTIONS')}}
config = tmp + '/.config/pm2ctl'
SECRET = 'hunter2hunter2'
PATIENCE = 60  # seconds that a busy machine may take for anything
n = failed = 0


def ok(good, name, *notes):
    global n, failed
    n += 1
    failed |= not good
    print('ok' if good else 'not ok', n, '-', name, flush=True)
    if not good:
        for note in notes:
            print('#', str(note)[:3000].replace('\n', '\n# '), flush=True)


def wait(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def words(program, *line):
    """As root only this one runs programs that are not installed."""
    return [f'{build}/{program}', '--user', *line]


def run(*line, stdin=b''):
    r = subprocess.run(words('pm2ctl', *line), env=env, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return r.returncode, r.stdout.decode()


def get(key):
    return run('get', '--', key)[1].rstrip('\n')


def shown():
    """The processes that show the secret, in the words or the environment that they were started with."""
    found = []
    for path in glob.glob('/proc/[0-9]*/cmdline') + glob.glob('/proc/[0-9]*/environ'):
        try:
            with open(path, 'rb') as f:
                text = f.read()
        except OSError:
            continue
        if SECRET.encode() in text:
            found.append((path, text))
    return found


def read_words(pid):
    try:
        with open(f'/proc/{pid}/cmdline', 'rb') as f:
            return f.read().split(b'\0')
    except OSError:  # it has ended
        return []


# -- the command line ---------------------------------------------------------------------------------------------------
def hides(name, line, waits=lambda: True, program='pm2ctl'):
    """While it waits for something, no process shows the secret; the first word after the options is shown again."""
    child = subprocess.Popen(words(program, *line), env={**env, 'PM2CTL_LIBEXECDIR': build} if program != 'pm2ctl' else env,
                             start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, cwd=tmp)
    verb = next(word for word in line if not word.startswith('-'))

    def is_read():  # before that the words are as the kernel put them there, all of them
        words = read_words(child.pid)
        return verb.encode() in words[1:] and not any(SECRET.encode() in word for word in words)

    read = wait(lambda: child.poll() is not None or is_read() and waits())
    found, ended = shown(), child.poll()
    ok(read and ended is None and not found, name, f'ended: {ended}', f'words: {read_words(child.pid)}', found,
       '' if ended is None else child.stdout.read())
    return child


def sets(name, key, *line):
    with open(config + '/.lock') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        child = hides(name, line)
        fcntl.flock(lock, fcntl.LOCK_UN)
        child.communicate(timeout=PATIENCE)
    ok(child.returncode == 0 and get(key) == SECRET, f'{name}: and the value is set', child.returncode, get(key))


class Listener:
    """Takes connections and says nothing."""

    def __init__(self, family, address):
        self.taken = []
        self.socket = socket.socket(family)
        self.socket.bind(address)
        self.socket.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            self.taken.append(self.socket.accept()[0])

    def called(self):
        """Waits until somebody has called since it was asked before."""
        if self.taken:
            self.taken = []
            return True
        return False


def end(child):
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGINT)
    child.communicate(timeout=PATIENCE)


run('set', 'first', 'x')
ok(os.path.exists(config + '/.lock'), 'the settings have a lock', os.listdir(config))
sets('set --secret KEY VALUE', 'a', 'set', '--secret', 'a', SECRET)
sets('set KEY VALUE', 'db:password', 'set', 'db:password', SECRET)
sets('of several values each', 'c', 'set', 'b', 'x' + SECRET, 'c', SECRET, '--secret', 'd', SECRET + 'x')
sets('in JSON', 'e', '--typed', 'set', '--secret', 'e', f'"{SECRET}"')
sets('after --', 'f', 'set', '--secret', '--', 'f', SECRET)
sets('multiset', 'g', 'multiset', '--secret', f"g '{SECRET}' h {SECRET}")
sets('conf KEY VALUE', 'i', 'conf', '--secret', 'i', SECRET)
sets('conf MODULE KEY VALUE', 'tool:j', 'conf', 'tool', 'j', SECRET)
sets('config, its alias', 'k', 'config', 'k', SECRET)

release = f'{tmp}/.local/state/pm2ctl/modules/one/releases/1.0.0-1'
os.makedirs(f'{release}/node_modules/one')
os.makedirs(f'{tmp}/run/pm2ctl/one', mode=0o700)
with open(f'{release}/node_modules/one/package.json', 'w') as f:
    json.dump({'name': 'one', 'version': '1.0.0', 'apps': [{'script': 'a.js'}]}, f)
with open(f'{release}/module.json', 'w') as f:
    json.dump({'format': 1, 'name': 'one', 'version': '1.0.0', 'installed': 1, 'pm_id': 0}, f)
os.symlink('releases/1.0.0-1', f'{release}/../../current')
bridge = Listener(socket.AF_UNIX, f'{tmp}/run/pm2ctl/one/control.sock')
end(hides('the parameter of an action', ['trigger', 'one', 'act', SECRET], bridge.called))

server = Listener(socket.AF_INET, ('127.0.0.1', 0))
host = '127.0.0.1:%d' % server.socket.getsockname()[1]
for name, address in (('a password in an address', f'http://me:{SECRET}@{host}/x.tgz'),
                      ('a token before the host', f'http://{SECRET}@{host}/x.tgz'),
                      ('a token in the query', f'http://{host}/x.tgz?access_token={SECRET}')):
    end(hides(f'install: {name}', ['install', '--allow-unverified', address], server.called, 'pm2ctl-in-tree'))
with open(tmp + '/.npmrc', 'w') as f:
    f.write(f'registry=http://{host}/\n//{host}/:_authToken=x\n')
os.chmod(tmp + '/.npmrc', 0o600)
os.mkdir(tmp + '/package')
with open(tmp + '/package/package.json', 'w') as f:
    json.dump({'name': 'two', 'version': '1.0.0', 'apps': [{'script': 'a.js'}]}, f)
with open(tmp + '/package/a.js', 'w') as f:
    f.write('x\n')
for line in (['publish', f'--otp={SECRET}', 'package'], ['publish', '--otp', SECRET, 'package']):
    end(hides(f'publish: {line[1].split("=")[0]}', line, server.called, 'pm2ctl-in-tree'))

# -- standard input -----------------------------------------------------------------------------------------------------
def reads(name, stdin, want, key, *line):
    got = run(*line, stdin=stdin)
    ok(got[0] == 0 and get(key) == want, name, got, get(key))


def refuses(name, status, sentence, stdin, *line):
    before = get('kept')
    got = run(*line, stdin=stdin)
    ok(got[0] == status and got[1].count('\n') == 1 and sentence in got[1] and get('kept') == before, name, got)


run('set', '--secret', 'kept', 'before')
reads('set --secret KEY reads standard input', b'value\n', 'value', 'l', 'set', '--secret', 'l')
reads('without a newline, too', b'value', 'value', 'l2', 'set', '--secret', 'l2')
reads('one newline is cut, not more', b'two\nlines\n\n', 'two\nlines', 'm', 'set', '--secret', 'm')
with open(config + '/settings.ini') as f:
    ok('two' in f.read(), 'it is stored')
reads('the last of several keys', b'read', 'read', 'o', 'set', '--secret', 'n', 'given', 'o')
reads('a dash reads it as before', b'dash', 'dash', 'p', 'set', '--secret', 'p', '-')
reads('multiset', b'multi', 'multi', 'q', 'multiset', '--secret', 'q')
reads('conf', b'conf', 'conf', 'r', 'conf', '--secret', 'r')
reads('as JSON', b'{"a":1}', '{"a":1}', 's', 'set', '--typed', '--secret', 's')
reads('a secret that looks like an option', b'--all', '--all', 't', 'set', '--secret', 't')
refuses('nothing at all is refused', 1, "value of 'kept': it is empty", b'', 'set', '--secret', 'kept')
refuses('so is a mere newline', 1, "value of 'kept': it is empty", b'\n', 'set', '--secret', 'kept')
refuses('with a dash, too', 1, 'it is empty', b'', 'set', '--secret', 'kept', '-')
refuses('a NUL', 1, 'it has a NUL in it', b'a\0b', 'set', '--secret', 'kept')
refuses('a NUL at the end', 1, 'it has a NUL in it', b'a\0', 'set', '--secret', 'kept')
refuses('what is too long', 1, 'is longer than', b'x' * 200000, 'set', '--secret', 'kept')
refuses('two of them', 2, 'Only one value', b'a', 'set', '--secret', 'x', '-', 'kept')
refuses('without --secret a value is missing', 2, "'kept' has no value", b'a', 'set', 'kept')


for line in (['multiset', f"a '{SECRET}"], ['set', '--typed', 'a', '{"' + SECRET], ['set', 'a:', SECRET], ['conf', 'a', 'b', SECRET, 'x'],
             ['sett', 'a', SECRET]):
    got = run(*line)
    ok(got[0] in (1, 2) and SECRET not in got[1], f'what is wrong with {line[0]} is said without the value', line, got)


# -- a terminal ---------------------------------------------------------------------------------------------------------
class Terminal:
    """Runs a command on one; a second descriptor of it tells how it was left."""

    def __init__(self, *line, ignore=()):
        master, self.slave = pty.openpty()
        self.seen = b''
        self.master = master
        self.before = termios.tcgetattr(self.slave)
        self.child = subprocess.Popen(['setsid', '-c', *words('pm2ctl', *line)], env=env, stdin=self.slave, stdout=self.slave,
                                      stderr=self.slave, preexec_fn=lambda: [signal.signal(s, signal.SIG_IGN) for s in ignore])
        threading.Thread(target=self.drain, daemon=True).start()

    def drain(self):
        while True:
            try:
                self.seen += os.read(self.master, 4096)
            except OSError:
                return

    def asked(self):
        return wait(lambda: b': ' in self.seen and not termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def type(self, text):
        os.write(self.master, text)

    def end(self):
        status = self.child.wait(timeout=PATIENCE)
        return status, termios.tcgetattr(self.slave) == self.before


def types(name, text, check):
    t = Terminal('set', '--secret', 'kept')
    asked = t.asked()
    t.type(text)
    status, restored = t.end()
    ok(asked and restored and wait(lambda: check(status, t.seen)), name, f'asked {asked}, restored {restored}, status {status}', t.seen)


types('a terminal is asked', SECRET.encode() + b'\n',
      lambda status, seen: status == 0 and b'Value of kept: ' in seen and SECRET.encode() not in seen and get('kept') == SECRET)
types('what is typed can be corrected', b'ab\x7fc\n', lambda status, seen: status == 0 and get('kept') == 'ac')
types('Ctrl-Z and Ctrl-\\ are none there', b'a\x1ab\x1cc\n', lambda status, seen: status == 0 and get('kept') == 'a\x1ab\x1cc')
run('set', '--secret', 'kept', 'before')
for name, text, sentence in (('an empty line', b'\n', b'it is empty'), ('the end of input', b'\x04', b'it is empty'),
                             ('a longer line than a terminal has', b'x' * 5000 + b'\n', b'takes no more than 4094 bytes')):
    types(f'{name} is refused', text, lambda status, seen, s=sentence: status == 1 and s in seen and get('kept') == 'before')
types('Ctrl-C ends it', b'half\x03', lambda status, seen: status == -signal.SIGINT and get('kept') == 'before')
for sig in signal.SIGTERM, signal.SIGHUP, signal.SIGINT:
    t = Terminal('set', '--secret', 'kept')
    asked = t.asked()
    t.type(b'half')
    t.child.send_signal(sig)
    status, restored = t.end()
    ok(asked and restored and status == -sig and get('kept') == 'before', f'{sig.name} leaves the terminal as it was',
       asked, restored, status, t.seen)
t = Terminal('set', '--secret', 'kept', ignore=[signal.SIGHUP])
t.asked()
t.child.send_signal(signal.SIGHUP)
t.type(b'later\n')
status, restored = t.end()
ok(status == 0 and restored and get('kept') == 'later', 'a signal that is ignored stays so', status, t.seen)

print(f'1..{n}', flush=True)
shutil.rmtree(tmp)
os._exit(failed)
