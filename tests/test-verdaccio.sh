#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A real private registry, with a token and a scope. It comes from npm, once, into build/. TAP.
skip() { echo "1..0 # SKIP $*"; exit 0; }
command -v npm >/dev/null || skip "npm, which fetches verdaccio, is not installed"
folder=$(realpath "${top_builddir:-.}")/build/verdaccio
mkdir -p "$folder"
# the override: a dependency asks for a tag that not every registry has
echo '{"private":true,"dependencies":{"verdaccio":"^6"},"overrides":{"node-fetch":"^2.6.7"}}' >"$folder/package.json"
[ -d "$folder/node_modules/verdaccio" ] ||
        (cd "$folder" && npm install --no-audit --no-fund --ignore-scripts --loglevel=error >/dev/null 2>&1) ||
        skip "verdaccio cannot be fetched"
exec node "${top_srcdir:-.}/tests/npm/verdaccio.js" "${top_builddir:-.}/registry-client" \
        "${top_builddir:-.}/pm2-fetch" "$folder"
