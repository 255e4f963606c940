#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Hostile and odd archives, unpacked. TAP.
command -v node >/dev/null || { echo "1..0 # SKIP node, which makes the archives, is not installed"; exit 0; }
exec node "${top_srcdir:-.}/tests/npm/archives.js" "${top_builddir:-.}/unpack-file"
