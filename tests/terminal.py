#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# terminal.py REGEX COMMAND [ARG...]: runs a command on a terminal of its own, and presses Ctrl-C when the regex ('': never)
# matches what has come. Prints that, < for a carriage return and > for the rest of a line deleted, then how it ended.
import os
import pty
import re
import signal
import sys

os.environ['TERM'] = 'xterm'
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])


def on_alarm(*_):
    raise TimeoutError


signal.signal(signal.SIGALRM, on_alarm)
signal.alarm(100)
seen, pressed = b'', not sys.argv[1]
while True:
    try:
        data = os.read(fd, 4096)
    except TimeoutError:
        seen += b'\n(no end within 100 s)'
        os.kill(pid, signal.SIGKILL)
        break
    except OSError:
        break
    if not data:
        break
    seen += data
    if not pressed and re.search(sys.argv[1].encode(), seen):
        pressed = True
        os.write(fd, b'\x03')
print(seen.decode().replace('\r', '<').replace('\x1b[K', '>'))
print('ended', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
