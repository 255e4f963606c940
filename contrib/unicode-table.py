#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Writes src/basic/unicode-table.h: the canonical decompositions of the basic multilingual plane, without Hangul
# (computed) and the compatibility ideographs (no keyboard makes them).
import unicodedata

rows = []
for c in range(0x80, 0xF900):
    if 0xAC00 <= c <= 0xD7A3:
        continue
    parts = unicodedata.decomposition(chr(c)).split()
    if parts and not parts[0].startswith('<'):
        rows.append([c] + [int(p, 16) for p in parts] + ([0] if len(parts) == 1 else []))

print('/* SPDX-License-Identifier: LGPL-2.1-or-later */')
print(f'/* Made by contrib/unicode-table.py from Unicode {unicodedata.unidata_version}: character, its two parts. */')
print('/* clang-format off */')
for i in range(0, len(rows), 5):
    print(' '.join('{0x%04x,0x%04x,0x%04x},' % tuple(row) for row in rows[i:i + 5]))
print('/* clang-format on */')
