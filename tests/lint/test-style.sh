#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The part of docs/HACKING.md, section "Style", that grep can judge. TAP.
set -u
top=${top_srcdir:-$(dirname "$0")/../..}
. "${0%/*}/../cli/lib.sh"
cd "$top" || exit 1

# An error returns at once. The few ladders that are meant to be one say so.
deliberate_max=20
ladders=$(grep -rnE '\bif \(r >= 0\b' src --include='*.[ch]')
unmarked=$(grep -vF '/* deliberate: ' <<<"$ladders")
result "$([ -z "$unmarked" ]; echo $?)" "no 'if (r >= 0' but deliberate ones" "$unmarked"
number=$(grep -c . <<<"$ladders")
result "$((number > deliberate_max))" "... of which there are $number, at most $deliberate_max" "$ladders"

jumps=$(grep -rnE '\bgoto\b.*;' src --include='*.[ch]' | grep -vE '^[^:]*:[0-9]*:[ /]*\*')
result "$([ -z "$jumps" ]; echo $?)" "there is no goto" "$jumps"
asprintfs=$(grep -rnE '\basprintf\(' src --include='*.[ch]')
result "$([ -z "$asprintfs" ]; echo $?)" "strdupf() makes strings, not asprintf()" "$asprintfs"
guards=$(grep -rLx '#pragma once' src --include='*.h')
result "$([ -z "$guards" ]; echo $?)" "each header has '#pragma once'" "$guards"

done_testing
