#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 300
# Many modules, a hundred with PM2CTL_TEST_THOROUGH=1: all of them at boot, side by side; one restarted alone; all of
# them, and nothing else, stopped, started and removed.
. "${0%/*}/lib.sh"

n=$((${PM2CTL_TEST_THOROUGH:-0} ? 100 : 25))

# One is installed; the others are copies of it, since a hundred installs would wait a second each.
copy_modules() {
        local i from=/var/lib/pm2ctl/modules/many-0 to
        for ((i = 1; i < n; i++)); do
                to=/var/lib/pm2ctl/modules/many-$i
                cp -a "$from" "$to" && mv "$to/current/node_modules/many-0" "$to/current/node_modules/many-$i" &&
                        sed -i "s/many-0/many-$i/g; s/\"pm_id\":0/\"pm_id\":$i/" "$to/current/module.json" \
                                "$to/current/node_modules/many-$i/package.json" || return
        done
}

running() { systemctl list-units --plain --no-legend --state=active 'pm2@many-*.service' | grep -c running; }

# How many units were on their way up at the same time
side_by_side() {
        systemctl show -p InactiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic 'pm2@many-*.service' | python3 -c '
import sys
events = []
for line in sys.stdin:
    if "=" in line:
        name, value = line.split("=")
        events.append((int(value), 1 if name[0] == "I" else -1))
most = now = 0
for _, step in sorted(events):
    now += step
    most = max(most, now)
print(most)'
}

pids() { systemctl show -P MainPID 'pm2@many-*.service' | grep -v '^$'; }
foreign() { systemctl show -p Id,MainPID,ActiveState,InvocationID pm2-other.service other-in-slice.service other@pm2.service; }

install_all() {
        mkdir -p /srv/packages/many-0/1.0.0
        echo '{ "name": "many-0", "version": "1.0.0", "apps": [{ "script": "x.sh", "interpreter": "sh" }] }' \
                >/srv/packages/many-0/1.0.0/package.json
        echo 'exec sleep 1000000' >/srv/packages/many-0/1.0.0/x.sh
        serve_packages /srv/packages && use_registry "$SERVED"
        ok "one module" pm2ctl install many-0
        ok "... $n times" copy_modules
        is "... all listed" "$(pm2ctl list --json=short | json "[len(d), len({m['pm_id'] for m in d})]")" "[$n, $n]"
        reboot_and_continue booted
}

at_boot() {
        local before after most
        ok "the start at boot ends" wait_for 150 output_has '^(active|failed)' systemctl is-active pm2-modules.service
        is "all run after a reboot" "$(running)" "$n"
        most=$(side_by_side)
        echo "# $most at a time, within $((($(systemctl show -P ActiveEnterTimestampMonotonic pm2-modules.service) - \
                $(systemctl show -P InactiveExitTimestampMonotonic pm2-modules.service)) / 1000)) ms"
        ok "... started side by side, not one after the other" test "$most" -ge 2
        is "all are listed as running" "$(pm2ctl list --json=short | json "sum(m['active'] == 'active' for m in d)")" "$n"
        before=$(pids | sort)
        ok "one is restarted" pm2ctl restart many-5
        after=$(pids | sort)
        is "... and no other" "$(comm -12 <(echo "$before") <(echo "$after") | wc -l)" $((n - 1))
}

all_and_nothing_else() {
        local others
        systemd-run -q --unit=pm2-other.service sleep 1000000
        systemd-run -q --unit=other-in-slice.service --slice=pm2.slice sleep 1000000
        systemd-run -q --unit=other@pm2.service --slice=pm2.slice sleep 1000000
        others=$(foreign)
        ok "stop all" pm2ctl -q stop all
        is "... stops all" "$(running)" 0
        is "... all are still listed" "$(pm2ctl list --json=short | json 'len(d)')" "$n"
        ok "start all" pm2ctl -q start all
        is "... starts all" "$(running)" "$n"
        is "... and nothing else was touched" "$(foreign)" "$others"
}

uninstall_all() {
        local others
        others=$(foreign)
        ok "uninstall all" pm2ctl -q uninstall all
        is "... leaves no unit" "$(systemctl list-units --all --plain --no-legend 'pm2@*')" ""
        is "... no module" "$(pm2ctl list --json=short)" "[]"
        is "... no file" "$(find /var/lib/pm2ctl/modules /var/lib/pm2ctl/staging /var/lib/private/pm2ctl-data -mindepth 1)" ""
        is "... and nothing else was touched" "$(foreign)" "$others"
        is "... which runs" "$(systemctl is-active pm2-other.service other-in-slice.service other@pm2.service | sort -u)" active
}

case $REBOOT_MARK in
'') install_all;;
*)
        at_boot
        all_and_nothing_else
        uninstall_all;;
esac
done_testing
