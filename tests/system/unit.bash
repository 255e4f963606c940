# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the tests of units share: unit-helper, which makes units as pm2ctl does but from a bare folder and with a
# launcher that only says READY=1, so that what is looked at is the unit alone.
. "${BASH_SOURCE[0]%/*}/lib.sh"

install -m 755 "$BUILD/unit-helper" /usr/local/bin/unit-helper
ln -sf unit-helper /usr/local/bin/stub-launch

helper() { unit-helper --launcher=/usr/local/bin/stub-launch "$@"; }

property() { systemctl show -P "$2" "$1"; }   # UNIT NAME

main_pid() { property "$1" MainPID; }   # UNIT

# make_module FOLDER NAME [FIELDS-OF-THE-APP] [SCRIPT]: a package; by default it runs until it is stopped
make_module() {
        mkdir -p "$1"
        printf '{ "name": "%s", "version": "1.0.0", "apps": [ { "script": "run"%s } ] }\n' "$2" "${3:+, $3}" \
                >"$1/package.json"
        printf '#!/bin/bash\n%s\n' "${4:-exec sleep 10000}" >"$1/run"
        chmod 755 "$1" "$1/run"
        chmod 644 "$1/package.json"
}

# A module that does what `inside` tells it, as a module would: in its sandbox, as its user
# shellcheck disable=SC2034
AGENT='cd "$STATE_DIRECTORY"
exec 9<> <(:)   # read to sleep without a process
while :; do
        [ -e go ] || { read -rt 0.02 -u 9; continue; }
        rm go
        bash ./command >output 2>&1 9>&-
        echo $? >status.new
        mv status.new status
done'

inside() { # NAME COMMAND...
        local folder=/var/lib/pm2ctl-data/$1; shift
        printf '%q ' "$@" >"$folder/command" && chmod 644 "$folder/command" && rm -f "$folder/status" &&
                touch "$folder/go" && wait_for 20 test -e "$folder/status" || return 125
        cat "$folder/output"
        return "$(cat "$folder/status")"
}

# same_after_reload DESCRIPTION UNIT [SYSTEMCTL-OPTION...]: daemon-reload changes nothing, a restart works then, and
# that changes nothing but who runs
same_after_reload() {
        local description=$1 unit=$2 before after; shift 2
        before=$(shown "$unit" "$@")
        systemctl "$@" daemon-reload
        after=$(shown "$unit" "$@")
        like "$description: it runs" "$before" '^SubState=running$'
        is "$description: daemon-reload changes nothing" "$(diff <(echo "$before") <(echo "$after"))" ""
        ok "$description: it restarts after that" systemctl "$@" restart "$unit"
        # shellcheck disable=SC2016
        local volatile='(Timestamp|Main(PID|StartTime)|ControlGroupId|InvocationID|Exec(Start|Main))'
        is "$description: and is the same" \
                "$(diff <(grep -vE "$volatile" <<<"$before") <(shown "$unit" "$@" | grep -vE "$volatile"))" ""
}
