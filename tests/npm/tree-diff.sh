#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# tree-diff.sh [SPEC…]: installs each with the newest npm and resolves it ourselves, both from one frozen snapshot of the
# registry, and compares path, name and version of every package in node_modules. Then npm's own tools have to accept
# our lock file. Without SPEC: three modules and thirty packages with peers, optional natives, bundled and cyclic
# dependencies. Takes some minutes; not a part of `make check`, but of `make check-npm`. TAP.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/npm/oracle.sh
. "$here/oracle.sh"

# What is different, and why: SPEC<tab>reason. At the moment nothing is.
known_differences=''

oracle_get npm semver
[ $# -gt 0 ] || set -- pm2-server-monit pm2-sysmonit pm2-logrotate \
        express webpack webpack-dev-server jest next @mui/material eslint-config-airbnb \
        @typescript-eslint/eslint-plugin ts-jest @babel/preset-env sharp esbuild chokidar@3 browserify gulp npm@10 pm2 \
        nodemon socket.io typeorm fastify styled-components @nestjs/core jsdom semantic-release sqlite3 rollup karma \
        nuxt @apollo/client

npm=$oracle/node_modules/npm/bin/npm-cli.js
driver=$(oracle_program tree-driver)
work=$(mktemp -d "${TMPDIR:-/tmp}/tree-diff.XXXXXX")
upstream=${TREE_UPSTREAM:-$(npm config get registry 2>/dev/null)}
snapshot=${TREE_SNAPSHOT:-$work/snapshot}
node "$here/snapshot.js" "$snapshot" "$upstream" >"$work/url" 2>"$work/server.log" &
server=$!
trap 'kill $server; rm -rf "$work"' EXIT
for _ in $(seq 100); do [ -s "$work/url" ] && break; sleep 0.1; done
url=$(cat "$work/url")
[ -n "$url" ] || oracle_skip "the snapshot's server does not start"
NODE_VERSION=$(node -p process.version)
NPM_VERSION=$(node -p "require('$oracle/node_modules/npm/package.json').version")
export NODE_VERSION NPM_VERSION LC_ALL=C
run_npm() { node "$npm" --registry "$url" --cache "$work/cache" --no-fund --loglevel=error --no-update-notifier "$@"; }

n=0 failed=0
ok() { # STATUS NAME [FILE]
        n=$((n + 1))
        if [ "$1" = 0 ]; then echo "ok $n - $2"; else
                echo "not ok $n - $2"
                [ -z "${3-}" ] || head -n 20 "$3" | sed 's/^/# /'
                failed=1
        fi
}

# Our tree; archives that have to be looked into are fetched on the way.
resolve() { # SPEC OPTION…
        local spec=$1 status folder address
        shift
        for _ in 1 2 3 4 5 6; do
                "$driver" --unpacked="$work/unpacked" "$@" "$snapshot" "$spec" >"$work/ours" 2>"$work/wants"
                status=$?
                [ $status = 3 ] || return $status
                while read -r _ folder address; do
                        mkdir -p "$folder"
                        curl -sf "$url${address#http*://*/}" | tar xz -C "$folder" --strip-components=1 || return 1
                done < <(grep '^want ' "$work/wants")
        done
        return 1
}

compare() { # SPEC
        local dir=$work/install
        rm -rf "$dir"
        mkdir "$dir"
        echo '{}' >"$dir/package.json"
        if ! (cd "$dir" && run_npm install --omit=dev --ignore-scripts --no-audit "$1") >"$work/npm.log" 2>&1; then
                resolve "$1"
                ok $((! $?)) "$1: npm refuses it, and so do we" "$work/ours"
                return
        fi
        node "$here/tree-list.js" "$dir" >"$work/theirs"
        resolve "$1" && sort "$work/ours" | diff "$work/theirs" - >"$work/diff"
        local status=$?
        if [ $status != 0 ] && grep -qP "^\Q$1\E\t" <<<"$known_differences"; then
                echo "# $1: $(grep -c '^[<>]' "$work/diff") lines differ: $(grep -P "^\Q$1\E\t" <<<"$known_differences" | cut -f2)"
                status=0
        fi
        ok $status "$1: the same $(wc -l <"$work/theirs") packages in the same places" "$work/diff"

        # npm's tools on our lock files and package.json have to say what they say on npm's own, or be content (npm lists
        # what a shrinkwrap has for development, and then complains of it)
        npm_says "$dir" theirs
        resolve "$1" --lock && cp "$work/ours" "$dir/package-lock.json"
        resolve "$1" --hidden-lock && cp "$work/ours" "$dir/node_modules/.package-lock.json"
        resolve "$1" --root && cp "$work/ours" "$dir/package.json"
        npm_says "$dir" ours
        local i
        for i in "${!npm_commands[@]}"; do
                cmp -s "$work/theirs.$i" "$work/ours.$i" || [ "$(tail -n 1 "$work/ours.$i")" = "exits with 0" ]
                ok $? "$1: npm ${npm_commands[i]} $(tail -n 1 "$work/ours.$i")" "$work/ours.$i"
        done
}

npm_commands=('ls --all' 'ls --all --package-lock-only' 'audit --package-lock-only')
npm_says() { # FOLDER NAME
        local i
        for i in "${!npm_commands[@]}"; do
                # shellcheck disable=SC2086
                (cd "$1" && run_npm --prefix "$1" ${npm_commands[i]} 2>&1 | grep -vE '^(npm error A complete log|[^ ]*@ /)'
                 echo "exits with ${PIPESTATUS[0]}") >"$work/$2.$i"
        done
}

for spec; do compare "$spec"; done

node "$here/tree-list.js" --ranges "$snapshot" >"$work/ranges"
node "$here/semver-diff.js" "$(oracle_program semver-driver)" "$oracle/node_modules" --pairs 1000 --ranges "$work/ranges" \
        >"$work/ranges.log"
ok $? "the $(wc -l <"$work/ranges") ranges in these packages' documents are read as npm reads them" "$work/ranges.log"
echo "1..$n"
exit $failed
