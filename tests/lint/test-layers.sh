#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Includes may only go down: basic < model < store npm unit journal axm < the programs. TAP.
set -u
builddir=$(readlink -f "${top_builddir:-.}")
cd "${top_srcdir:-$(dirname "$0")/../..}" || exit 1

layers='store npm unit journal axm'
programs='ctl fetch launch relay rpc'
n=0 failed=0

# check FOLDER FORBIDDEN…: no file of src/FOLDER includes from the forbidden folders
check() {
        local folder=$1 bad
        shift
        [ -d "src/$folder" ] || return 0
        n=$((n + 1))
        bad=$(grep -rnE "^#include \"($(tr ' ' '|' <<<"$*"))/" "src/$folder")
        if [ -z "$bad" ]; then
                echo "ok $n - src/$folder includes nothing above or beside it"
        else
                echo "not ok $n - src/$folder includes nothing above or beside it"
                sed 's/^/# /' <<<"$bad"
                failed=1
        fi
}

without() { local word out=(); for word in $2; do [ "$word" = "$1" ] || out+=("$word"); done; echo "${out[*]}"; }

check basic model $layers $programs
check model $layers $programs
for folder in $layers; do check "$folder" $(without "$folder" "$layers") $programs; done
for folder in $programs; do check "$folder" $(without "$folder" "$programs"); done

# glue: <…> headers of a library only where its glue lives
only() { # HEADER FOLDER…
        local header=$1 bad
        shift
        n=$((n + 1))
        bad=$(grep -rlE "^#include <$header" src | grep -vE "^src/($(tr ' ' '|' <<<"$*"))")
        if [ -z "$bad" ]; then
                echo "ok $n - <$header…> only in: $*"
        else
                echo "not ok $n - <$header…> only in: $*"
                sed 's/^/# /' <<<"$bad"
                failed=1
        fi
}
only ini.h store/
only json-c/ basic/json.h
only curl/ npm/
only archive npm/
only openssl/ npm/

# what is started at every command, or stays in memory for every module, loads nothing large
for program in pm2ctl pm2-launch pm2-bridge pm2-axm-relay; do
        [ -x "${builddir:-}/$program" ] || continue
        n=$((n + 1))
        bad=$(ldd "$builddir/$program" | grep -E 'libcurl|libarchive|libcrypto|libssl')
        if [ -z "$bad" ]; then
                echo "ok $n - $program links neither libcurl nor libarchive nor libcrypto"
        else
                echo "not ok $n - $program links neither libcurl nor libarchive nor libcrypto"
                sed 's/^/# /' <<<"$bad"
                failed=1
        fi
done

echo "1..$n"
exit $failed
