#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Bundled dependencies and shrinkwraps, from a registry of our own: what we make of them, compared with npm. TAP.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/npm/oracle.sh
. "$here/oracle.sh"
oracle_get npm semver

packages=$(mktemp -d "${TMPDIR:-/tmp}/archive-diff.XXXXXX")
node "$here/archive-packages.js" "$packages/all"
node "$here/../registry.js" --packages "$packages/all" >"$packages/url" &
server=$!
trap 'kill $server; rm -rf "$packages"' EXIT
for _ in $(seq 100); do [ -s "$packages/url" ] && break; sleep 0.1; done
TREE_UPSTREAM=$(cat "$packages/url") "$here/tree-diff.sh" bundles bundles-deep bundles-nothing bundles-all bundles-two \
        wraps wraps-old wraps-both branch
