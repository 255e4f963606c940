#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The part of docs/HACKING.md, section "Style", that grep can judge. TAP.
set -u
top=${top_srcdir:-$(dirname "$0")/../..}
. "${0%/*}/../cli/lib.sh"
cd "$top" || exit 1

# An error returns at once. Lower the ceiling with each ladder that goes.
ladders_max=19 deliberate_max=20
ladders=$(grep -rnE '\bif \(r >= 0\b' src --include='*.[ch]')
deliberate=$(grep -F '/* deliberate: ' <<<"$ladders")
ladders=$(grep -vF '/* deliberate: ' <<<"$ladders")
number=$(grep -c . <<<"$ladders")
result "$((number > ladders_max))" "'if (r >= 0' is there $number times, at most $ladders_max" "$ladders"
number=$(grep -c . <<<"$deliberate")
result "$((number > deliberate_max))" "... and deliberate $number times, at most $deliberate_max" "$deliberate"

jumps=$(grep -rnE '\bgoto\b.*;' src --include='*.[ch]' | grep -vE '^[^:]*:[0-9]*:[ /]*\*')
result "$([ -z "$jumps" ]; echo $?)" "there is no goto" "$jumps"
guards=$(grep -rLx '#pragma once' src --include='*.h')
result "$([ -z "$guards" ]; echo $?)" "each header has '#pragma once'" "$guards"

done_testing
