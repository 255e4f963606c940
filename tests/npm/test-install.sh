#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# pm2-fetch against a registry on loopback: trees, specifications, git, scripts, being killed. TAP.
for program in node npm git; do
        command -v "$program" >/dev/null || { echo "1..0 # SKIP $program, which this test needs, is not installed"; exit 0; }
done
exec node "${top_srcdir:-.}/tests/npm/install-test.js" "$(realpath "${top_builddir:-.}")/pm2-fetch"
