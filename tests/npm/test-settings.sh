#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Settings of .npmrc that change what is installed: pm2-fetch and npm, from one registry on loopback. TAP.
for program in node npm git; do
        command -v "$program" >/dev/null || { echo "1..0 # SKIP $program, which this test needs, is not installed"; exit 0; }
done
exec node "${top_srcdir:-.}/tests/npm/settings-test.js" "$(realpath "${top_builddir:-.}")/pm2-fetch"
