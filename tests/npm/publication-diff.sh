#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a registry is sent to publish packages, by pm2-fetch and by npm 11. TAP.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/npm/oracle.sh
. "$here/oracle.sh"
oracle_get npm-11=npm:npm@11
exec node "$here/publication-diff.js" "$(oracle_program pm2-fetch)" "$oracle/node_modules/npm-11"
