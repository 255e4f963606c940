#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whole trees, laid out by pm2-fetch and by the newest npm, from one frozen snapshot: two modules, and a package of our own
# with shrinkwraps. With PM2CTL_TEST_THOROUGH=1 one module more, thirty packages with peers, optional natives, bundled and
# cyclic dependencies, and the rest of our own: many minutes. test-trees.sh SPEC… compares these. TAP.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/npm/oracle.sh
. "$here/oracle.sh"
oracle_get npm npm-11=npm:npm@11 semver

specs=(wraps-both pm2-server-monit pm2-sysmonit)
[ -z "${PM2CTL_TEST_THOROUGH-}" ] || specs+=(bundles bundles-all bundles-deep bundles-nothing bundles-two wraps wraps-old branch
        pm2-logrotate
        express webpack webpack-dev-server jest next @mui/material eslint-config-airbnb
        @typescript-eslint/eslint-plugin ts-jest @babel/preset-env sharp esbuild chokidar@3 browserify gulp npm@10 pm2
        nodemon socket.io typeorm fastify styled-components @nestjs/core jsdom semantic-release sqlite3 rollup karma
        nuxt @apollo/client)
[ $# -eq 0 ] || specs=("$@")

work=$(mktemp -d "${TMPDIR:-/tmp}/test-trees.XXXXXX")
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
serve() { # FILE COMMAND…: sets $url
        "${@:2}" >"$1" 2>"$1.log" &
        for _ in $(seq 600); do [ -s "$1" ] && break; sleep 0.1; done
        url=$(cat "$1")
        [ -n "$url" ] || { sed 's/^/# /' "$1.log"; echo "Bail out! ${*:3:1} does not start"; exit 1; }
}
node "$here/archive-packages.js" "$work/packages"
serve "$work/own" node "$here/../registry.js" --packages "$work/packages"
snapshot=${TREE_SNAPSHOT:-$work/snapshot}
serve "$work/url" node "$here/snapshot.js" "$snapshot" "$url" "$(npm config get registry 2>/dev/null)"

node "$here/tree-diff.js" "$(oracle_program pm2-fetch)" "$oracle/node_modules" "$url" "${specs[@]}" >"$work/tap"
failed=$?
grep -v '^1\.\.' "$work/tap"
n=$(grep -cE '^(not )?ok ' "$work/tap")

node "$here/tree-list.js" --ranges "$snapshot" >"$work/ranges"
node "$here/semver-diff.js" "$(oracle_program semver-driver)" "$oracle/node_modules" --pairs 1000 --ranges "$work/ranges" >"$work/ranges.log"
r=$?
[ $r -eq 0 ] || { failed=1; sed 's/^/# /' "$work/ranges.log"; }
echo "$([ $r -eq 0 ] || echo 'not ')ok $((n + 1)) - the $(wc -l <"$work/ranges") ranges in these packages' documents are read as npm reads them"
echo "1..$((n + 1))"
exit $failed
