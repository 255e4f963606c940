# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For tests that ask npm itself: sourced. Needs node, npm and a registry that npm is configured for; without them the
# test is skipped.

oracle_skip() {
        echo "1..0 # SKIP $1"
        exit 77
}

# oracle_get PACKAGE…: their newest versions, below $oracle/node_modules; kept for the next test
oracle_get() {
        command -v node >/dev/null && command -v npm >/dev/null || oracle_skip "there is no node and npm"
        oracle=$(cd "${top_builddir:-.}" && pwd)/tests/npm/oracle
        local missing=() package
        for package; do [ -d "$oracle/node_modules/$package" ] || missing+=("$package@latest"); done
        [ ${#missing[@]} -eq 0 ] && return
        mkdir -p "$oracle" && echo '{ "private": true }' >"$oracle/package.json"
        npm install --prefix "$oracle" --no-audit --no-fund --ignore-scripts --loglevel=error "${missing[@]}" \
                >"$oracle/log" 2>&1 || { sed 's/^/# /' "$oracle/log"; oracle_skip "npm cannot install ${missing[*]}"; }
}

# oracle_program NAME: a program of ours, made for tests
oracle_program() { (cd "${top_builddir:-.}" && echo "$PWD/$1"); }
