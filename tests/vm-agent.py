#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands for a virtual machine without a network, over a serial port of virtio.

  vm-agent.py serve                     in the machine, as a service: runs what is asked for, one after the other
  vm-agent.py call SOCKET COMMAND...    on the host: runs COMMAND there; its output and exit status are ours

Each line is a JSON object: {"id", "argv"} one way, {"id", "data"} and at last {"id", "status"} the other. A caller that
went away leaves its command to be killed by the next caller, and what it still says is told by its id."""

import base64
import glob
import json
import os
import signal
import socket
import subprocess
import sys
import threading

NOT_THERE = 125   # as timeout(1) and env(1) have it for failures of their own
CHUNK = 64 * 1024
# as a login would have it, not as a service
ENVIRONMENT = {k: v for k, v in os.environ.items() if k not in ("INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID")}


class Agent:
    def __init__(self, port):
        self.port = port
        self.lock = threading.Lock()
        self.process = None

    def say(self, **message):
        line = json.dumps(message).encode() + b"\n"
        with self.lock:
            while line:
                line = line[os.write(self.port, line):]

    def run(self, id, argv):
        try:
            process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                       env=ENVIRONMENT, cwd="/", start_new_session=True)
        except OSError as error:
            self.say(id=id, data=base64.b64encode(f"{argv[0]}: {error.strerror}\n".encode()).decode())
            self.say(id=id, status=127)
            return
        self.process = process
        threading.Thread(target=self.pass_on, args=(id, process), daemon=True).start()

    # What is left running with our pipe open must not hold up the answer: the process ends, then what it said is sent.
    def pass_on(self, id, process):
        def output():
            while data := os.read(process.stdout.fileno(), CHUNK):
                self.say(id=id, data=base64.b64encode(data).decode())
        reader = threading.Thread(target=output, daemon=True)
        reader.start()
        status = process.wait()
        reader.join(timeout=1)
        self.say(id=id, status=128 - status if status < 0 else status)

    def asked(self, id, argv):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.run(id, argv)


def serve():
    while not (ports := glob.glob("/dev/vport*p1")):   # its driver takes its time
        threading.Event().wait(0.1)
    port = os.open(ports[0], os.O_RDWR)
    agent, rest = Agent(port), b""
    while True:
        data = os.read(port, CHUNK)
        if not data:   # nobody is at the other end
            threading.Event().wait(0.05)
            rest = b""
            continue
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            try:
                request = json.loads(line)
            except ValueError:   # the tail of what a killed caller was saying
                continue
            agent.asked(**request)


def lines_of(connection):
    try:
        yield from connection.makefile("rb")
    except ConnectionError:   # the machine has lost its power
        pass


def call(path, argv):
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(path)
    except OSError:
        return NOT_THERE
    id = os.urandom(8).hex()
    # The line that it ends may have been begun by a caller that was killed.
    connection.sendall(b"\n" + json.dumps({"id": id, "argv": argv}).encode() + b"\n")
    for line in lines_of(connection):
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if message.get("id") != id:
            continue
        if "status" in message:
            return message["status"]
        sys.stdout.buffer.write(base64.b64decode(message["data"]))
        sys.stdout.buffer.flush()
    return NOT_THERE


if sys.argv[1:] == ["serve"]:
    serve()
elif len(sys.argv) > 3 and sys.argv[1] == "call":
    sys.exit(call(sys.argv[2], sys.argv[3:]))
else:
    sys.exit(__doc__)
