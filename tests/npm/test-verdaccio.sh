#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A real private registry, with a token and a scope. It comes from npm, once, into build/. TAP.
skip() { echo "1..0 # SKIP $*"; exit 0; }
command -v npm >/dev/null || skip "npm, which fetches verdaccio, is not installed"
folder=$(realpath "${top_builddir:-.}")/build/verdaccio
# shellcheck source=tests/npm/verdaccio-get.sh
. "${top_srcdir:-.}/tests/npm/verdaccio-get.sh"
verdaccio_get "$folder" || skip "verdaccio cannot be fetched"
exec node "${top_srcdir:-.}/tests/npm/verdaccio.js" "${top_builddir:-.}/registry-client" \
        "${top_builddir:-.}/pm2-fetch" "$folder"
