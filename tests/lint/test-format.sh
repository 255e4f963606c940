#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The C files are as clang-format would lay them out: that of Debian 12 and that of Debian 13. TAP.
#
# The two disagree on pointers to functions within a function (use a typedef), on a cast of -1 or of **p, and on a variable
# called like a keyword of C++.
# To lay them out: clang-format -i $(git ls-files '*.[ch]')
set -u
top=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
. "${0%/*}/../cli/lib.sh"
command -v clang-format >/dev/null || { echo "1..0 # SKIP there is no clang-format"; exit 0; }
version=$(clang-format --version | grep -oE '[0-9]+' | head -n 1)
case $version in
14 | 19) ;;
*) echo "1..0 # SKIP clang-format $version lays out differently than 14 and 19"; exit 0;;
esac

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp "$top/.clang-format" "$copy"
(cd "$top" && find src tests -name '*.[ch]' ! -name skeleton.h -exec cp --parents -t "$copy" {} +)
(cd "$copy" && find src tests -name '*.[ch]' ! -name skeleton.h -exec clang-format -i {} +)
result $? "clang-format reads all files"
different=$(cd "$copy" && find src tests -name '*.[ch]' ! -name skeleton.h -exec sh -c '
        top=$1; shift
        for f; do diff -U 0 --label "$f" --label "clang-format $f" "$top/$f" "$f"; done' - "$top" {} +)

number=$(grep -cE '^[-+]([^-+]|$)' <<<"$different")
result "$number" "clang-format $version changes nothing" "$different"

done_testing
