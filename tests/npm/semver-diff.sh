#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Versions and ranges, compared with npm's own `semver`. TAP.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/npm/oracle.sh
. "$here/oracle.sh"
oracle_get semver
exec node "$here/semver-diff.js" "$(oracle_program semver-driver)" "$oracle/node_modules" "$@"
