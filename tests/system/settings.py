#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""settings.py N: sets N random keys of module hello to random values, in batches that fit, and compares what its
process then has in its environment and in the settings document."""

import json
import random
import subprocess
import sys
import time

BATCH = 500
DOCUMENT_MAX = 100 * 1024  # below the kernel's 128 KiB, package defaults included
SPECIAL = [' ', ';', ' ;', '#', ' #', '=', ':', '[', ']', '"', '\\', '\n', '\n ', '\t', '\r', '.', '\\n', '\\x3b', "'",
           '$', '`', '%', '\x01', '\x1b', '\x7f', '\x85', '\u2028', '\u202e', '\ufeff', '\ufffd', 'é', '€', '😀', '-', '@']
SIZES = [1, 2, 5, 10, 20, 48, 49, 50, 51, 110, 199, 200, 214, 400]


def text(rng, size):
    out = ''
    while len(out.encode()) < size:
        if rng.random() < 0.5:
            out += rng.choice(SPECIAL)
        elif rng.random() < 0.8:
            out += chr(rng.randrange(0x21, 0x7f))
        else:
            out += chr(rng.choice([rng.randrange(1, 0xd800), rng.randrange(0xe000, 0x110000)]))
    return out.encode()[:size].decode(errors='ignore') or 'z'


def quoted(part):
    return '"' + part.replace('"', '""') + '"'


def reached(name):
    """Whether a setting is a variable too, of the name it has."""
    return '=' not in name


def batch(rng, n):
    settings = {}
    while len(settings) < n and len(json.dumps(settings, ensure_ascii=True)) < DOCUMENT_MAX:
        key = text(rng, rng.choice(SIZES[:-1]))
        if not key.isalnum():  # what the package has, or the channel, is spelled plainly
            settings[key] = text(rng, rng.choice(SIZES)) if rng.random() < 0.97 else ''
    return settings


def environment_of(pid):
    """The module's own: a unit is started right before the launcher becomes the interpreter."""
    deadline = time.monotonic() + 60
    while True:
        with open(f'/proc/{pid}/environ', 'rb') as f:
            environment = dict(entry.split(b'=', 1) for entry in f.read().split(b'\0') if b'=' in entry)
        if b'hello' in environment or time.monotonic() > deadline:
            return environment
        time.sleep(0.01)


def main():
    rng = random.Random(7)
    left = int(sys.argv[1])
    while left > 0:
        settings = batch(rng, min(left, BATCH))
        subprocess.run(['pm2ctl', '-q', 'unset', '--no-restart', 'hello'], check=True)
        words = [word for key, value in settings.items() for word in ('hello:' + quoted(key), value)]
        # "-" would be read from standard input
        dashes = [i for i, word in enumerate(words) if word == '-']
        for i in dashes:
            words[i] = settings[list(settings)[i // 2]] = 'dash'
        subprocess.run(['pm2ctl', '-q', 'set', '--', *words], check=True)

        pid = subprocess.check_output(['systemctl', 'show', '-P', 'MainPID', 'pm2@hello.service'], text=True).strip()
        environment = environment_of(pid)
        document = json.loads(environment[b'hello'])
        for key, value in settings.items():
            assert document.get(key) == value, f'document: {key!r}: {document.get(key)!r} is not {value!r}'
            if reached(key):
                got = environment.get(key.encode())
                assert got == value.encode(), f'variable: {key!r}: {got!r} is not {value!r}'
        left -= len(settings)
        print(f'{len(settings)} settings, {len(environment[b"hello"])} bytes')


main()
