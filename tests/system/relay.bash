# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# For the tests of the relay: modules' units without pm2ctl, and their records.

axm=/var/lib/pm2ctl/axm

# module NAME [PROPERTY=VALUE...] COMMAND...: starts unit pm2@NAME.service as pm2ctl would, as far as the journal goes
module() {
        local name=$1 options=(); shift
        while [[ "$1" =~ ^[A-Z][A-Za-z]*= ]]; do options+=(-p "$1"); shift; done
        systemd-run -q --unit "pm2@$name.service" --slice pm2.slice -p LogExtraFields=PM2CTL=module -p DynamicUser=yes \
                -p "User=pm2-$(tr -c 'a-z0-9\n' - <<<"$name")" "${options[@]}" "$@"
}

# says NAME TEXT...: the module runs once, prints these lines, and is gone when this returns
says() {
        local name=$1; shift
        module "$name" Type=oneshot printf '%s\n' "$@"
}

# record FILE EXPRESSION: a value of a record, as a Python expression over d
record() { json "$2" <"$axm/$1.json"; }

# recorded DESCRIPTION FILE EXPRESSION WANTED: the record says so within ten seconds
recorded() { wait_for 10 recorded_now "$2" "$3" "$4"; is "$1" "$(record "$2" "$3" 2>&1)" "$4"; }
recorded_now() { [ "$(record "$1" "$2")" = "$3" ]; }

relay_pid() { systemctl show -p MainPID --value pm2-axm-relay.service; }

# drained: the relay has read everything that is in the journal by now
drained() {
        local n=mark-$RANDOM$RANDOM
        says drained "{\"type\":\"axm:option:configuration\",\"data\":{\"mark\":\"$n\"}}" &&
                wait_for "${1:-30}" recorded_now drained 'd["options"]["mark"]' "$n"
}
