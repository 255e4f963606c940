#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# may-not.py KEY=VALUE... : tries what docs/SECURITY.md says that whoever runs this may not do, and prints a line for each
# attempt, "could NAME" or "could-not NAME: REASON". Only the attempts are made that a KEY is given for:
#
#   read=PATH      to read the file            list=PATH      to list the folder
#   write=PATH     to change it, or make it    connect=PATH   to connect to the UNIX socket
#   dial=PORT      to connect to that port of 127.0.0.1 and ::1
#   signal=PID     to signal and to trace the process, to read its environment and its descriptors
#   unit=NAME      to stop, start, change or make a unit through the manager's bus
#   gain=          to become root, to mount, to load into the kernel, to make a namespace
import ctypes, errno, os, socket, subprocess, sys

libc = ctypes.CDLL(None, use_errno=True)


def call(result):
    """what a function of the C library returned, as an exception where it failed"""
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def write(path):
    if os.path.isdir(path):
        path = os.path.join(path, "may-not")
    with open(path, "ab") as f:
        f.write(b"x")


def connect(path):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        with socket.socket(socket.AF_UNIX, kind) as s:
            try:
                s.connect(path)
                return
            except OSError as e:
                if e.errno != errno.EPROTOTYPE:
                    raise
    raise OSError(errno.EPROTOTYPE, "no kind of socket")


def dial(address, port):
    socket.create_connection((address, port), 2).close()


def in_child(function):
    """what the process cannot take back is tried in a child"""
    pid = os.fork()
    if pid == 0:
        try:
            function()
            os._exit(0)
        except OSError as e:
            os._exit(e.errno or 1)
        except BaseException:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status > 0:
        raise OSError(status, os.strerror(status))
    if status < 0:
        raise OSError(errno.EPERM, "killed by signal %d" % -status)


def command(*words):
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=20)
    except subprocess.TimeoutExpired:
        raise OSError(errno.ETIMEDOUT, "no answer")
    if done.returncode:
        raise OSError(errno.EPERM, done.stderr.decode(errors="replace").strip().replace("\n", " ") or "status %d" % done.returncode)


def become_root():
    os.setuid(0)
    if os.stat("/proc/self").st_uid == 0:
        return
    raise OSError(errno.EPERM, "another user still")


def set_user_id(path="/tmp/may-not-suid"):
    with open(path, "wb"):
        pass
    os.chmod(path, 0o4755)
    try:
        if not os.stat(path).st_mode & 0o4000:
            raise OSError(errno.EPERM, "the bit is not set")
    finally:
        os.unlink(path)


def signal_attempts(pid):
    return {
        "signal %d" % pid: lambda: os.kill(pid, 0),
        "trace %d" % pid: lambda: call(libc.ptrace(16, pid, 0, 0)),
        "read the environment of %d" % pid: lambda: open("/proc/%d/environ" % pid, "rb").read(),
        "list the descriptors of %d" % pid: lambda: os.listdir("/proc/%d/fd" % pid),
        "follow the root of %d" % pid: lambda: os.listdir("/proc/%d/root/" % pid),
    }


def unit_attempts(unit):
    return {
        "stop %s" % unit: lambda: command("systemctl", "--no-ask-password", "stop", unit),
        "kill %s" % unit: lambda: command("systemctl", "--no-ask-password", "kill", unit),
        "change %s" % unit: lambda: command("systemctl", "--no-ask-password", "set-property", "--runtime", unit, "TasksMax=7"),
        "make a unit": lambda: command("systemd-run", "--no-ask-password", "--quiet", "true"),
        "reload systemd": lambda: command("systemctl", "--no-ask-password", "daemon-reload"),
    }


def gain_attempts(_):
    return {
        "become root": lambda: in_child(become_root),
        "mark a program set-user-ID": set_user_id,
        "make a device": lambda: os.mknod("/tmp/may-not-device", 0o020600, os.makedev(1, 3)),
        "mount": lambda: in_child(lambda: call(libc.mount(b"none", b"/tmp", b"tmpfs", 0, None))),
        "make a namespace of users": lambda: in_child(lambda: call(libc.unshare(0x10000000))),
        "make a namespace of mounts": lambda: in_child(lambda: call(libc.unshare(0x00020000))),
        "change the host's name": lambda: in_child(lambda: call(libc.sethostname(b"may-not", 7))),
        "set the clock": lambda: in_child(lambda: call(libc.settimeofday(ctypes.create_string_buffer(16), None))),
        "open a raw socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close(),
        "load a module of the kernel": lambda: in_child(lambda: call(libc.syscall(313, 0, b"", 0))),
        "load a program into the kernel": lambda: in_child(lambda: call(libc.syscall(321, 5, ctypes.create_string_buffer(128), 128))),
        "open a ring of io_uring": lambda: call(libc.syscall(425, 8, ctypes.create_string_buffer(240))),
    }


ATTEMPTS = {
    "read": lambda v: {"read %s" % v: lambda: open(v, "rb").read(1)},
    "list": lambda v: {"list %s" % v: lambda: os.listdir(v)},
    "write": lambda v: {"write %s" % v: lambda: write(v)},
    "connect": lambda v: {"connect to %s" % v: lambda: connect(v)},
    "dial": lambda v: {"dial %s" % a: lambda a=a: dial(a, int(v)) for a in ("127.0.0.1", "::1")},
    "signal": lambda v: signal_attempts(int(v)),
    "unit": unit_attempts,
    "gain": gain_attempts,
}

for word in sys.argv[1:]:
    key, value = word.split("=", 1)
    for name, attempt in ATTEMPTS[key](value).items():
        try:
            attempt()
            print("could", name, flush=True)
        except Exception as e:
            print("could-not %s: %s" % (name, str(e).replace("\n", " ")), flush=True)
