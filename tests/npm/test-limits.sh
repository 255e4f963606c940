#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# pm2-fetch with few descriptors, with documents that are large, with servers that are silent, with downloads that nothing
# vouches for or that have two hashes, and with passwords in addresses. TAP.
for program in node npm git python3; do
        command -v "$program" >/dev/null || { echo "1..0 # SKIP $program, which this test needs, is not installed"; exit 0; }
done
exec node "${top_srcdir:-.}/tests/npm/limits-test.js" "$(realpath "${top_builddir:-.}")/pm2-fetch"
