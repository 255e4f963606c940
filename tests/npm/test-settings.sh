#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Settings of .npmrc that change what is installed: pm2-fetch and npm 11, from one registry on loopback. TAP.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
command -v git >/dev/null || { echo "1..0 # SKIP git, which this test needs, is not installed"; exit 0; }
# shellcheck source=tests/npm/oracle.sh
. "$here/oracle.sh"
oracle_get npm-11=npm:npm@11
exec node "$here/settings-test.js" "$(oracle_program pm2-fetch)" "$oracle/node_modules/npm-11"
