# SPDX-License-Identifier: LGPL-2.1-or-later
"""What pm2-launch needs around it, without a systemd: an installed module, credentials, folders, a journal and a
notification socket that write down what they are told. Importing it moves the test into a mount namespace of its own,
since the journal's socket has a fixed place; TAP comes from ok(), skip() and done()."""

import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

BUILD = os.path.abspath(os.environ.get('top_builddir', '.'))
SOURCE = os.path.abspath(os.environ.get('top_srcdir', '.'))
JOURNAL = '/run/systemd/journal/socket'

count = failed = 0


def ok(good, what, detail=None):
    global count, failed
    count += 1
    failed += not good
    print(f'{"" if good else "not "}ok {count} - {what}', flush=True)
    if not good and detail is not None:
        print('\n'.join('#   ' + line for line in str(detail)[:4000].splitlines()), flush=True)
    return good


def same(got, want, what):
    return ok(got == want, what, f'got  {got!r}\nwant {want!r}')


def skip(what, why):
    global count
    count += 1
    print(f'ok {count} - {what} # SKIP {why}', flush=True)


def done():
    print(f'1..{count}')
    shutil.rmtree(folder, ignore_errors=True)
    sys.exit(failed > 0)


def enter_namespace():
    if os.environ.get('TEST_NAMESPACE') != str(os.getpid()):
        env = dict(os.environ, TEST_NAMESPACE=str(os.getpid()))
        how = [f'{SOURCE}/tests/namespace.py', 'private'] if os.geteuid() == 0 else ['unshare', '-r', '-m']
        if subprocess.run([*how, 'mount', '-t', 'tmpfs', 'none', '/run'], stderr=subprocess.DEVNULL).returncode:
            print('1..0 # SKIP no mount namespace of our own to be had here')
            sys.exit(0)
        os.execvpe(how[0], [*how, sys.executable, *sys.argv], env)
    subprocess.run(['mount', '-t', 'tmpfs', 'none', '/run'], check=True)
    os.makedirs(os.path.dirname(JOURNAL))


def listen(path, take):
    """Calls take(bytes, descriptors) for each datagram, in a thread."""
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    s.bind(path)

    def loop():
        while True:
            data, fds, _, _ = socket.recv_fds(s, 1 << 20, 4)
            if data or fds:  # journald passes over an empty datagram
                take(data, fds)
            for fd in fds:
                os.close(fd)

    threading.Thread(target=loop, daemon=True).start()


def parse_entry(data):
    entry = {}
    while data:
        line, _, data = data.partition(b'\n')
        name, equals, value = line.partition(b'=')
        if not equals:
            size = int.from_bytes(data[:8], 'little')
            value, data = data[8:8 + size], data[8 + size + 1:]
        entry[name.decode()] = value.decode()
    return entry


entries, notes = [], []


def take_entry(data, fds):
    if fds:
        os.lseek(fds[0], 0, os.SEEK_SET)
        data = open(fds[0], 'rb', closefd=False).read()
    entries.append(parse_entry(data))


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)
    os.chmod(path, mode)


class Result:
    def __init__(self, status, out, err, entries, notes):
        self.status, self.out, self.err, self.entries, self.notes = status, out, err, entries, notes

    def __str__(self):
        return f'status {self.status}\n{self.out}\n{self.err}\n{self.entries}\n{self.notes}'

    def json(self):
        try:
            return json.loads(self.out)
        except ValueError:
            sys.exit(f'not ok {count + 1} - it says JSON\n{self}')

    def axm(self, kind):
        return [json.loads(e['AXM_DATA']) for e in self.entries if e.get('AXM_TYPE') == kind]


class Unit:
    """A module with files {path: text}; package.json gets a name, a version and one app unless it has them."""

    def __init__(self, files, package=None, name='tool', settings='', everywhere='', pm_id=7):
        self.name = name
        self.root = tempfile.mkdtemp(dir=folder)
        self.state = f'{self.root}/state'
        self.run_folder = f'{self.root}/run'
        self.credentials = f'{self.root}/credentials'
        self.home = f'{self.state}/modules/{name.replace("/", "+")}'
        self.package = f'{self.home}/releases/1.2.3-1/node_modules/{name}'
        script = next(iter(files), 'index.js')
        package = {'name': name, 'version': '1.2.3', 'apps': [{'script': script}], **(package or {})}
        for path, text in {'package.json': json.dumps(package), **files}.items():
            write(f'{self.package}/{path}', text)
        write(f'{self.home}/releases/1.2.3-1/module.json', json.dumps(
            {'format': 1, 'name': name, 'version': '1.2.3', 'spec': name, 'pm_id': pm_id, 'installed': 1}))
        os.symlink('releases/1.2.3-1', f'{self.home}/current')
        os.makedirs(self.run_folder, 0o700)
        write(f'{self.credentials}/global', everywhere or '\n', 0o400)
        write(f'{self.credentials}/module', settings or '\n', 0o400)

    def run(self, *, app=None, env=None, during=None, timeout=30):
        """Starts it and waits until it and its bridge are gone; during(unit, pid) is called in between."""
        given = {'PATH': os.environ['PATH'], 'LANG': 'C.UTF-8', 'PM2CTL_STATE': self.state,
                 'CREDENTIALS_DIRECTORY': self.credentials, 'RUNTIME_DIRECTORY': self.run_folder,
                 'NOTIFY_SOCKET': NOTIFY, **(env or {})}
        entries.clear()
        notes.clear()
        id = self.name.lstrip('@').replace('/', ':')
        process = subprocess.Popen([LAUNCHER, id] + ([app] if app else []), cwd=self.package, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env={k: v for k, v in given.items() if v is not None})
        if during:
            during(self, process.pid)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
        return Result(process.returncode, out, err, self.settle(), list(notes))

    def settle(self):
        """The bridge is this process's to wait for. What it sent last may still be on its way here."""
        try:
            while True:
                os.wait()
        except ChildProcessError:
            pass
        time.sleep(0.05)
        return list(entries)


class Client:
    """A connection to a module's control socket; a request that is no text goes out as JSON."""

    def __init__(self, unit, request=None):
        self.s = socket.socket(socket.AF_UNIX)
        here = os.open('.', os.O_PATH)
        os.chdir(unit.run_folder)  # its path may be too long for an address
        self.s.connect('control.sock')
        self.s.settimeout(20)
        os.fchdir(here)
        os.close(here)
        self.file = self.s.makefile('rb')
        if request is not None:
            self.s.sendall((request if isinstance(request, bytes) else json.dumps(request).encode()) + b'\n')

    def next(self):
        line = self.file.readline()
        return json.loads(line) if line else None

    def rest(self):
        return list(iter(self.next, None))

    def close(self):
        self.file.close()
        self.s.close()


def ask(unit, action, parameter=None):
    return Client(unit, {'action': action, **({} if parameter is None else {'parameter': parameter})})


def answer(unit, action, parameter=None):
    return ask(unit, action, parameter).rest()


def wait_for(what, seconds=20):
    """Until what() is true, which is returned."""
    end = time.monotonic() + seconds
    while not (result := what()) and time.monotonic() < end:
        time.sleep(0.01)
    return result


def bridge_of(pid):
    """The bridge of the module with this process: our other child."""
    for line in subprocess.run(['ps', '-o', 'pid=,comm=', '--ppid', str(os.getpid())], capture_output=True,
                               text=True).stdout.splitlines():
        child, comm = line.split(None, 1)
        if int(child) != pid and comm.startswith('pm2-bridge'):
            return int(child)
    raise AssertionError('no bridge')


def anonymous_kib(pid):
    """Memory that no file stands behind. Which of a library's pages count as private depends on what else maps them."""
    with open(f'/proc/{pid}/smaps_rollup') as f:
        return next(int(line.split()[1]) for line in f if line.startswith('Anonymous:'))


enter_namespace()
folder = tempfile.mkdtemp()
NOTIFY = f'{folder}/notify'
LAUNCHER = f'{folder}/libexec/pm2-launch'
listen(JOURNAL, take_entry)
listen(NOTIFY, lambda data, fds: notes.append(data.decode()))
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # as the manager does

SANITIZED = b'__asan_init' in open(f'{BUILD}/pm2-launch', 'rb').read()

os.mkdir(os.path.dirname(LAUNCHER))
shutil.copy(f'{BUILD}/pm2-launch', LAUNCHER)
shutil.copy(f'{SOURCE}/src/launch/preload.cjs', os.path.dirname(LAUNCHER))
shutil.copytree(f'{SOURCE}/src/launch/preload', f'{os.path.dirname(LAUNCHER)}/preload')
