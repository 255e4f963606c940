#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Examples in documents, for docs.sh beside this file.

examples.py list FILE       what FILE shows, as NUL-separated triples: where, command, text.
                            where:   "root" or "user": such a prompt (# or $) in a block ```console, or of a manual, with the
                                     output below it in text; "machine": a line of README, for root and, with --user, for a user;
                                     "table-root", "table-user": a cell of a table with such a column, with the row's
                                     first cell in text
examples.py match PATTERN   whether the standard input is PATTERN, in which … stands for any text, and alone on a line for
                            any lines; the number of blanks does not matter
"""

import re
import sys


def readme(text):
    """Indented lines; two blanks end the command."""
    for command in re.findall(r'^    ((?:pm2ctl|systemctl|journalctl) .*)$', text, re.M):
        yield 'machine', re.split('  ', command)[0], ''


COLUMNS = {'Root': ['root'], 'A user': ['user'], 'Root, for the machine\'s modules': ['root'], 'A user, for their own': ['user'],
           'pm2ctl': ['root', 'user']}


def tables(text):
    """Commands in the cells of columns with one of the titles above."""
    titles = None
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip()[1:-1].split('|')] if line.startswith('|') else None
        if not cells or set(line) <= set('|-'):
            titles = titles if cells else None
            continue
        if titles is None:
            titles = cells
            continue
        for title, cell in zip(titles, cells):
            for who in COLUMNS.get(title, []):
                for command in re.findall(r'`([^`]*)`', cell):
                    yield 'table-' + who, command, cells[0]


def prompts(lines):
    """"# " is root's prompt, "$ " a user's, and "> " goes on with the command; all else is output."""
    example = None
    for line in lines:
        if line.startswith(('# ', '$ ')):
            if example:
                yield tuple(example)
            example = ['root' if line[0] == '#' else 'user', line[2:], '']
        elif line.startswith('> '):
            example[1] += '\n' + line[2:]
        else:
            example[2] += line + '\n'
    if example:
        yield tuple(example)


def consoles(text):
    for block in re.findall(r'^```console\n(.*?)^```$', text, re.M | re.S):
        yield from prompts(block.splitlines())


def manual(text):
    """A user's examples; those that root types, tests/system/published.sh tries."""
    text = re.sub(r'\\-', '-', text[text.index('\n.SH EXAMPLES'):])
    for block in re.findall(r'^\.EX\n(.*?)^\.EE$', text, re.M | re.S):
        yield from (example for example in prompts(block.splitlines()) if example[0] == 'user')


def examples(file):
    with open(file, encoding='utf-8') as f:
        text = f.read()
    if file.endswith('.1'):
        return list(manual(text))
    if file.endswith('README'):
        return list(readme(text))
    return list(tables(text)) + list(consoles(text))


def matches(pattern, text):
    def line(words):
        return '.*'.join(map(re.escape, re.sub(' +', ' ', words).split('…'))) + r'\n'

    regex = ''.join(r'(?:.*\n)*?' if words == '…' else line(words) for words in pattern.splitlines())
    return re.fullmatch(regex, re.sub(' +', ' ', text.rstrip('\n') + '\n'))


if sys.argv[1:2] == ['match']:
    sys.exit(not matches(sys.argv[2], sys.stdin.read()))
for record in examples(sys.argv[2]):
    sys.stdout.write(''.join(field + '\0' for field in record))
