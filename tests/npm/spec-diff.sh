#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Package specifications, compared with npm's own `npm-package-arg`. TAP.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/npm/oracle.sh
. "$here/oracle.sh"
oracle_get npm-package-arg
exec node "$here/spec-diff.js" "$(oracle_program spec-driver)" "$oracle/node_modules" "$@"
