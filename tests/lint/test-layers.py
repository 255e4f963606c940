#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rooms of src/ and what each may include, by the table below: their own headers, and those of libraries. No circle
between files; libraries that print and log nothing; tests that link libraries instead of compiling a program's file. A copy
of the tree in which each forbidden thing was planted has to fail, with each file named. TAP.

test-layers.py --tree FOLDER: the same for another tree, without that copy."""

import os
import re
import subprocess
import sys
import tempfile

top = os.path.abspath(os.environ.get('top_srcdir') or os.path.dirname(os.path.abspath(__file__)) + '/../..')
build = os.path.abspath(os.environ.get('top_builddir', '.'))

# What a room may include beside itself. A library stands below all that it includes, so there is no circle between rooms.
LIBRARIES = {
    'basic': '',
    'model': 'basic',
    'store': 'basic model npm/registry',
    'unit': 'basic model',
    'journal': 'basic model',
    'axm': 'basic model',
    'npm/spec': 'basic',
    'npm/registry': 'basic npm/spec',
    'npm/tree': 'basic npm/spec npm/registry',
    'npm/pack': 'basic npm/spec npm/registry npm/tree',
    'module': 'basic model store unit journal axm npm/spec npm/registry npm/pack',
}
NPM = 'npm/spec npm/registry npm/tree npm/pack'
PROGRAMS = {
    'ctl': 'basic model store unit journal axm module npm/spec npm/registry',
    'fetch': 'basic model ' + NPM,
    'launch': 'basic model store journal axm',
    'relay': 'basic model store journal axm',
}
ROOMS = {**LIBRARIES, **PROGRAMS}

# Headers of libraries, and where alone they may be included: all others see our types and errnos.
GLUE = {
    'archive': 'npm/registry/ npm/pack/pack.c',
    'curl/': 'npm/registry/http npm/registry/url',
    'ini.h': 'store/ini',
    'json-c/': 'basic/json.h',
    'openssl/': 'npm/registry/integrity npm/registry/signature',
    'systemd/sd-bus.h': 'unit/',
    'systemd/sd-daemon.h': 'ctl/ launch/ relay/',
    'systemd/sd-event.h': 'unit/ npm/registry/ fetch/ relay/',
    'systemd/sd-id128.h': 'journal/ launch/',
    'systemd/sd-journal.h': 'journal/',
    'unicase.h': 'npm/registry/unpack-names.c',
}

# They return what happened: nothing goes to the standard output or, above debug, to the log.
QUIET = [room for room in LIBRARIES if room != 'basic']
LOUD = re.compile(r'\b(v?printf|puts|putchar|perror|log_(?!debug|set_|get_|setup)\w+)\s*\(|\bf(?:printf|puts|putc)\s*\([^;]*\b(stdout|stderr)\b')

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)


class Tree:
    """The files of a tree's src/, and what is wrong with them: (file, what)."""

    def __init__(self, top):
        self.top = top
        self.texts = {}
        for folder, _, names in os.walk(top + '/src'):
            for name in names:
                if name.endswith(('.c', '.h')):
                    path = os.path.join(folder, name)
                    with open(path, encoding='utf-8') as f:
                        self.texts[os.path.relpath(path, top + '/src')] = f.read()

    def files(self, room):
        return sorted(f for f in self.texts if os.path.dirname(f) == room)

    def includes(self, file):
        return INCLUDE.findall(self.texts[file])

    def is_own(self, quote, header):
        # with -I src, <…> finds ours as well
        return quote == '"' or header.split('/')[0] in {room.split('/')[0] for room in ROOMS}

    def strangers(self):
        return [(f, 'its folder is not in the table of rooms') for f in sorted(self.texts) if os.path.dirname(f) not in ROOMS]

    def arrows(self, room):
        allowed = {room, *ROOMS[room].split()}
        return [(f, f'includes {header}') for f in self.files(room) for quote, header in self.includes(f)
                if self.is_own(quote, header) and os.path.dirname(header) not in allowed]

    def glue(self, prefix):
        return [(f, f'includes <{header}>') for f in sorted(self.texts) for _, header in self.includes(f)
                if header.startswith(prefix) and not f.startswith(tuple(GLUE[prefix].split()))]

    def sounds(self):
        return [(f, f'calls {call.group(0)}') for room in QUIET for f in self.files(room)
                for call in LOUD.finditer(self.texts[f])]

    def circles(self):
        """Of subjects that reach each other: a subject is its .c, .h and -internal.h."""
        def subject(file):
            return re.sub(r'(-internal)?\.[ch]$', '', file)

        reach = {subject(f): set() for f in self.texts}
        for f in self.texts:
            reach[subject(f)] |= {subject(h) for _, h in self.includes(f) if subject(h) in reach and subject(h) != subject(f)}
        for via in reach:  # Warshall
            for name, there in reach.items():
                if via in there:
                    there |= reach[via]
        return sorted({' '.join(sorted(m for m in reach if m == name or (m in reach[name] and name in reach[m])))
                       for name in reach if name in reach[name]})

    def compiled_by_tests(self):
        found = []
        for folder, _, names in os.walk(self.top + '/tests'):
            if 'Makemodule.am' in names:
                path = os.path.join(folder, 'Makemodule.am')
                with open(path, encoding='utf-8') as f:
                    found += [(os.path.relpath(path, self.top), word)
                              for word in re.findall(r'src/(?:%s)/\S+\.c\b' % '|'.join(PROGRAMS), f.read())]
        return found


n = failed = 0
named = set()


def ok(faults, name):
    global n, failed
    n += 1
    failed |= bool(faults)
    named.update(file for file, _ in faults)
    print('not ok' if faults else 'ok', n, '-', name, flush=True)
    for file, what in faults:
        print(f'# {"src/" if "/" in file and not file.startswith("tests/") else ""}{file}: {what}')


def judge(tree):
    ok(tree.strangers() + [(room, 'has no files') for room in ROOMS if not tree.files(room)],
       'the folders of src/ are the rooms of the table')
    for room in ROOMS:
        ok(tree.arrows(room), f'src/{room} includes itself and no other than: {ROOMS[room] or "none"}')
    for prefix, places in GLUE.items():
        ok(tree.glue(prefix), f'<{prefix}…> only in: {places}')
    ok(tree.sounds(), f'print and log nothing: {" ".join(QUIET)}')
    ok([(circle.split()[0], f'circle: {circle}') for circle in tree.circles()],
       'no files include each other in a circle')
    ok([(file, f'compiles {source}') for file, source in tree.compiled_by_tests()],
       'no test compiles the file of a program')


def judge_programs():
    # started at every command, or in memory for every module
    for program in 'pm2ctl', 'pm2-launch', 'pm2-axm-relay':
        if os.access(f'{build}/{program}', os.X_OK):
            libraries = subprocess.run(['ldd', f'{build}/{program}'], stdout=subprocess.PIPE, text=True, check=False).stdout
            ok([(program, line.strip()) for line in re.findall(r'.*lib(?:curl|archive|crypto|ssl|unistring)\b.*', libraries)],
               f'{program} links no large library')


def plant(tree, copy):
    """The tree with nothing but its include lines, and one file more for each forbidden thing; the names of those."""
    planted = set()

    def write(file, text):
        os.makedirs(os.path.dirname(f'{copy}/{file}'), exist_ok=True)
        with open(f'{copy}/{file}', 'w', encoding='utf-8') as f:
            f.write(text)

    def add(file, text):
        planted.add(file)
        write('src/' + file if file.endswith('.c') else file, text)

    for file in tree.texts:
        write('src/' + file, ''.join(f'#include {q}{h}{">" if q == "<" else q}\n' for q, h in tree.includes(file)))
    for room, allowed in ROOMS.items():
        for other in set(ROOMS) - {room, *allowed.split()}:
            add(f'{room}/planted-{other.replace("/", "-")}.c', f'#include "{other}/planted.h"\n')
        add(f'{room}/planted-brackets.c', ' #  include <unheard/../ctl/ctl.h>\n#include <ctl/../launch/plan.h>\n')
        add(f'{room}/planted-beside.c', '#include "beside.h"\n')
        add(f'{room}/planted-above.c', f'#include "{room}/../unheard/of.h"\n')
        for prefix in GLUE:
            if not f'{room}/'.startswith(tuple(GLUE[prefix].split())):
                add(f'{room}/planted-{re.sub("[^a-z]", "-", prefix)}.c', f'#include <{prefix}{"" if prefix.endswith(".h") else "x.h"}>\n')
    add('unheard/planted.c', '')
    for room in QUIET:
        for i, call in enumerate(('printf("%s", x);', 'fputs(x, stdout);', 'fprintf(stderr, "x");', 'return log_error_errno(r, "x");',
                                  '(void) log_oom();', 'log_info("x");')):
            add(f'{room}/planted-call-{i}.c', f'void f(void) {{\n        {call}\n}}\n')
        write(f'src/{room}/planted-quiet.c', 'log_debug("x"); fprintf(f, "x"); snprintf(x, 1, "x"); r = log_debug_errno(r, "x");\n')
    for room in ROOMS:
        add(f'{room}/planted-circle-a.c', '')
        write(f'src/{room}/planted-circle-a-internal.h', f'#include "{room}/planted-circle-b.h"\n')
        write(f'src/{room}/planted-circle-b.c', f'#include "{room}/planted-circle-a.h"\n')
        write(f'src/{room}/planted-circle-a.h', '')
        write(f'src/{room}/planted-circle-b.h', '')
    for room in PROGRAMS:
        add(f'tests/{room}/Makemodule.am', f'test_x_SOURCES = tests/unit/test-x.c \\\n        src/{room}/planted.c\n')
    return planted


def judge_planted(tree):
    with tempfile.TemporaryDirectory() as copy:
        planted = plant(tree, copy)
        run = subprocess.run([sys.executable, os.path.abspath(__file__), '--tree', copy],
                             stdout=subprocess.PIPE, text=True, check=False)
        # but for what is wrong with the tree as it is; a circle is named by its subjects
        found = {f + '.c' if what.startswith('circle: ') else f
                 for f, what in re.findall(r'^# (?:src/)?(\S+): (.*)$', run.stdout, re.M) if f not in named}
        for what, faults in (('named', planted - found), ('all that is named', found - planted)):
            ok([(file, 'was planted') for file in sorted(faults)], f'of {len(planted)} forbidden things planted in a copy, each is {what}')
        ok([('exit status', str(run.returncode))] if run.returncode != 1 else [], 'the test fails for that copy')


if sys.argv[1:2] == ['--tree']:
    judge(Tree(sys.argv[2]))
else:
    judge(Tree(top))
    judge_programs()
    judge_planted(Tree(top))
print(f'1..{n}')
sys.exit(bool(failed))
