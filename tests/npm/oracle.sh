# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For tests that ask npm itself: sourced. Needs node, npm and a registry that npm is configured for; without them the
# test is skipped.

oracle_skip() {
        echo "1..0 # SKIP $1"
        exit 77
}

# oracle_get PACKAGE[=SPEC]…: their newest versions, or what SPEC says, below $oracle/node_modules; kept for the next test
oracle_get() {
        command -v node >/dev/null && command -v npm >/dev/null || oracle_skip "there is no node and npm"
        oracle=$(cd "${top_builddir:-.}" && pwd)/tests/npm/oracle
        local missing=() package lock
        mkdir -p "$oracle"
        exec {lock}>"$oracle/lock" # several tests may run at once
        flock "$lock"
        for package; do
                # not one that only came along with another package, which may be older
                grep -qsF "\"${package%%=*}\":" "$oracle/package.json" && continue
                case $package in *=*) missing+=("${package/=/@}");; *) missing+=("$package@latest");; esac
        done
        if [ ${#missing[@]} -gt 0 ]; then
                [ -e "$oracle/package.json" ] || echo '{ "private": true }' >"$oracle/package.json"
                npm install --prefix "$oracle" --no-audit --no-fund --ignore-scripts --loglevel=error "${missing[@]}" \
                        >"$oracle/log" 2>&1 || { sed 's/^/# /' "$oracle/log"; oracle_skip "npm cannot install ${missing[*]}"; }
        fi
        exec {lock}>&-
}

# oracle_program NAME: a program of ours, made for tests
oracle_program() { (cd "${top_builddir:-.}" && echo "$PWD/$1"); }
