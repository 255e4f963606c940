#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Packages that try to become root by what they write into package.json: each is refused or runs harmlessly, also after a
# daemon-reload, when systemd reads its own unit files again.
. "${0%/*}/lib.sh"
use_local_registry

installed=()
for folder in "$TESTS"/packages/evil-*/; do
        package=$(basename "$folder")
        pm2ctl install "$package" >/root/said 2>&1
        status=$?
        like "$package is taken or refused" "$status" '^[01]$'
        ok "... with nothing in what is said that a terminal obeys" bash -c '! LC_ALL=C grep -q "[[:cntrl:]]" <(tr -d "\n\t" </root/said)'
        if pm2ctl list --json=short | json "'$package' in [m['name'] for m in d]" | grep -q true; then
                installed+=("$package")
        else
                like "... with a reason" "$(cat /root/said)" "Failed to install '$package': .*(field|interpreter|script|name|version|version matches)"
        fi
done
ok "some are refused, some are taken" test "${#installed[@]}" -gt 3 -a "${#installed[@]}" -lt "$(ls -d "$TESTS"/packages/evil-*/ | wc -l)"
ok "list and show stay harmless too" bash -c '{ pm2ctl list; pm2ctl show all; pm2ctl list --json=pretty; } >/root/said 2>&1
        ! LC_ALL=C grep -q "[[:cntrl:]]" <(tr -d "\n\t" </root/said)'
is "none became root yet" "$(ls -d /pwned* 2>/dev/null)" ""

mkdir /root/before /root/after
for package in "${installed[@]}"; do shown "pm2@$package.service" >"/root/before/$package"; done
systemctl daemon-reload
for package in "${installed[@]}"; do shown "pm2@$package.service" >"/root/after/$package"; done
is "daemon-reload changes nothing" "$(diff -r /root/before /root/after | grep '^[<>]' | grep -vE 'Timestamp|InvocationID|PID=|NRestarts|State=|Result=|ExecMain|Status')" ""
for package in "${installed[@]}"; do
        systemctl restart "pm2@$package.service" >/dev/null 2>&1 || :
done
sleep 2
is "after restarts none is root" "$(ls -d /pwned* 2>/dev/null)" ""
is "... no process of theirs is" "$(systemctl list-units --plain --no-legend 'pm2@evil-*' | awk '{ print $1 }' |
        xargs -rn1 systemctl show -P MainPID | grep -vx 0 | xargs -r ps -o user= -p | grep -c '^root')" 0
ok "all can be uninstalled" pm2ctl uninstall all
done_testing
