#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The words that docs/HACKING.md, section "Words", wants replaced are in no message, help text, completion, unit,
man page or document. TAP."""

import glob
import os
import re
import sys

top = os.path.abspath(os.environ.get('top_srcdir') or os.path.dirname(os.path.abspath(__file__)) + '/../..')
# These say what they mean.
FINE = re.compile(r'\bthere is no |\bis no longer\b|\b(?:users?|readers|people|accounts?|administrators?|authors?|those) who |\'%s\', who ', re.I)

# what may stand between two parts of one string: PRIu64, a macro, a line's end
JOINT = re.compile(r'(?:\s|\b(?:PRI\w+|[A-Z][A-Z0-9_]+)\b)+')
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|\'(?:[^\'\\]|\\.)+\'|^[ \t]*#[ \t]*include[^\n]*|("(?:[^"\\\n]|\\.)*")', re.S | re.M)


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def strings(text):
    """The C strings of a file: (line, text), with those put together that the compiler puts together."""
    found, end = [], -1
    for m in TOKEN.finditer(text):
        if not m.group(1):
            continue
        part = re.sub(r'\\n', ' ', m.group(1)[1:-1])
        if found and (end == m.start() or JOINT.fullmatch(text, end, m.start())):
            found[-1][1] += part
        else:
            found.append([text.count('\n', 0, m.start()) + 1, part])
        end = m.end()
    return found


def shell_lines(text):
    return [(i, line) for i, line in enumerate(text.split('\n'), 1) if not re.match(r'\s*#', line)]


def man_paragraphs(text):
    """Lines joined until the next request that ends a paragraph; without comments and fonts."""
    found = [[1, '']]
    for i, line in enumerate(text.split('\n'), 1):
        if line.startswith(('.\\"', "'\\\"")):
            continue
        if re.match(r'\.(PP|P|TP|IP|SH|SS|RE|RS|EX|EE|TH)\b', line) or not line:
            found.append([i + 1, ''])
        line = re.sub(r'^\.(?:[BIR]{1,2}|S[HS]) ', '', line) if not re.match(r'\.[A-Z]+$', line) else ''
        found[-1][1] += re.sub(r'\\f.|"', '', line).replace('\\-', '-') + ' '
    return found


def paragraphs(text):
    """Of a document, but the table of the words themselves; a row of a table and an item of a list are one each."""
    text = re.sub(r'(?<=\n## Words\n).*?(?=\n## |\Z)', lambda m: re.sub(r'^\|.*', '', m.group(), flags=re.M), text, flags=re.S)
    found = [[1, '']]
    for i, line in enumerate(text.split('\n'), 1):
        if not line.strip() or re.match(r'\s*([-*|#]|\d+\.)', line):
            found.append([i, ''])
        found[-1][1] += line.strip() + ' '
    return found


def forbidden():
    section = read(top + '/docs/HACKING.md').split('\n## Words\n')[1].split('\n## ')[0]
    return re.findall(r'^\| `([^`]+)` \|', section, re.M)


words = forbidden()
pattern = re.compile('|'.join(r'(?<![\w-])' + re.escape(w) + (r'(?![\w-])' if w[-1].isalpha() else '') for w in words), re.I)
sources = {
    'src': (strings, sorted(glob.glob(top + '/src/**/*.[ch]', recursive=True))),
    'completion': (shell_lines, sorted(glob.glob(top + '/contrib/completion/*/*'))),
    'units': (shell_lines, sorted(glob.glob(top + '/units/**/*.in', recursive=True) + [top + '/units/pm2ctl.catalog'])),
    'documents': (paragraphs, [top + '/README', top + '/NEWS', top + '/tests/README.md'] + sorted(glob.glob(top + '/docs/*.md'))),
    'man': (man_paragraphs, sorted(glob.glob(top + '/man/*.[1-9]'))),
}
failed = False
print(f'1..{len(sources) + 1}')
ok = len(words) >= 10 and all(pattern.search(f'a {w}b' if w[-1] == ' ' else f'a {w}') for w in words)
failed |= not ok
print('ok' if ok else 'not ok', '1 - docs/HACKING.md lists words, and they would be found')
for n, (name, (parts, files)) in enumerate(sources.items(), 2):
    hits = [(file, line, part, m) for file in files for line, part in parts(read(file)) for m in pattern.finditer(part)
            if not any(fine.start() <= m.start() < fine.end() for fine in FINE.finditer(part))]
    ok = files and not hits
    failed |= not ok
    print('ok' if ok else 'not ok', n, f'- {name}: none of the words that must not come back')
    for file, line, part, m in hits:
        print(f'# {os.path.relpath(file, top)}:{line}: {m.group(0)!r} in: {part[max(0, m.start() - 40):m.end() + 30].strip()}')
sys.exit(failed)
