#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The units as built: systemd finds nothing wrong with them, the relay's sandbox is closed, and the journal's catalog has
# a text for each of our message ids. TAP.
set -u
top=${top_srcdir:-$(dirname "$0")/../..} build=${top_builddir:-.}
build=$(cd "$build" && pwd) || exit 1
staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT
. "${0%/*}/../cli/lib.sh"

# As they will be installed, but with the programs that are not installed yet.
for scope in system user; do
        mkdir "$staged/$scope"
        cp "$top/units/pm2.slice" "$staged/$scope"
        for unit in "$build/units/$scope"/*.service; do
                sed "s|^ExecStart=[^ ]*/|ExecStart=$build/|" "$unit" >"$staged/$scope/${unit##*/}"
        done
done

unexpanded=$(grep -n '@[a-z]*dir@' "$staged"/*/*.service "$build/units/system/10-notify.conf")
result "$([ -z "$unexpanded" ]; echo $?)" "every folder's name is filled in" "$unexpanded"
for unit in "$staged"/*/*; do
        scope=${unit%/*} scope=${scope##*/} name=$scope/${unit##*/}
        if ! command -v systemd-analyze >/dev/null; then
                skip "$name is valid" "there is no systemd-analyze"
                continue
        fi
        out=$(XDG_RUNTIME_DIR=$staged systemd-analyze verify "--$scope" --man=no --recursive-errors=no "$unit" 2>&1)
        r=$?
        # What it warns about does not count for its exit status.
        [ -z "$(grep -F "${unit##*/}" <<<"$out")" ] || r=1
        result "$r" "$name is valid" "$out"
done

# How exposed each may be, in tenths. Without privileges a manager closes no folders and takes no capabilities, which
# systemd-analyze counts as if the user were root.
while read -r unit exposure; do
        what="$unit scores at most ${exposure%?}.${exposure: -1}"
        if ! command -v systemd-analyze >/dev/null; then
                skip "$what" "there is no systemd-analyze"
        elif ! systemd-analyze --help | grep -q -- --offline; then
                skip "$what" "this systemd-analyze has no --offline"
        else
                out=$(systemd-analyze security --no-pager --offline=yes "--threshold=$exposure" "$staged/$unit" 2>&1)
                result $? "$what" "$out"
        fi
done <<X
system/pm2-axm-relay.service 20
system/pm2-modules.service 15
user/pm2-axm-relay.service 60
user/pm2-modules.service 60
X

ids=$(sed -n 's/^#define MESSAGE_ID_.* "\([0-9a-f]*\)"$/\1/p' "$top/src/axm/message-id.h" | sort)
texts=$(sed -n 's/^-- \([0-9a-f]*\)$/\1/p' "$top/units/pm2ctl.catalog" | sort)
result "$([ -n "$ids" ] && [ "$ids" = "$texts" ]; echo $?)" "the catalog has a text for each message id, and no other" \
        "$(diff <(echo "$ids") <(echo "$texts"))"
result "$([ "$(sort -u <<<"$ids" | grep -cE '^[0-9a-f]{32}$')" = "$(wc -l <<<"$ids")" ]; echo $?)" "each id is one, of 128 bits"

done_testing
