#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Registries made up at random: the trees our resolver makes of them, and npm's own. TAP.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/npm/oracle.sh
. "$here/oracle.sh"
oracle_get npm
exec node "$here/random-diff.js" "$(oracle_program test-resolver-random)" "$oracle/node_modules" "$([ -n "${PM2CTL_TEST_THOROUGH-}" ] && echo 500 || echo 10)"
