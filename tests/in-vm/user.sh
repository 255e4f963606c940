#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
# Modules of a user whose manager lingers: the main job without root, and a loss of power.
. "${0%/*}/../system/lib.sh"

alice() { as_user alice "$@"; }
manager() { alice systemctl --user "$@"; }
case $REBOOT_MARK in
'')
        ok "a user with a manager" add_user alice 4001
        use_local_registry /home/alice
        ok "modules are installed" alice pm2ctl install hello python-axm with-scripts
        for id in hello python-axm with-scripts; do
                ok "$id runs" manager is-active -q "pm2@$id.service"
        done
        is "... as the user" "$(ps -o user= -p "$(manager show -P MainPID pm2@hello.service)")" alice
        ok "a setting" alice pm2ctl set hello:greeting "good evening"
        ok "... arrives" wait_for 10 output_has 'good evening' alice journalctl --user-unit=pm2@hello.service --no-pager -o cat
        alice mkdir linked
        echo '{ "name": "linked", "main": "x.js" }' | alice tee linked/package.json >/dev/null
        echo 'setInterval(() => {}, 1000)' | alice tee linked/x.js >/dev/null
        ok "a folder is linked" alice pm2ctl install ./linked
        ok "one is not wanted at boot" alice pm2ctl disable with-scripts
        is "the kernel knows how many tasks a module may have" \
                "$(cat "/sys/fs/cgroup$(manager show -P ControlGroup pm2@hello.service)/pids.max")" 512
        is "... and how much memory" "$(cat "/sys/fs/cgroup$(manager show -P ControlGroup pm2@hello.service)/memory.max")" $((4 << 30))
        is "nothing of it is the system's" "$(pm2ctl list --json=short)" "[]"
        reboot_and_continue cut;;
*)
        ok "after the power was cut the manager is there" wait_for 30 test -S /run/user/4001/bus
        for id in hello python-axm linked; do
                ok "$id runs, though nobody has logged in" wait_for 30 manager is-active -q "pm2@$id.service"
        done
        ok "the linked folder is watched" wait_for 20 manager is-active -q pm2-watch@linked.service
        fails "what was disabled does not run" manager is-active -q pm2@with-scripts.service
        is "the setting is there" "$(alice pm2ctl get hello:greeting)" "good evening"
        is "nothing has failed" "$(manager --failed --plain --no-legend)" ""
        ok "all are uninstalled" alice pm2ctl uninstall all
        is "... and none is listed" "$(alice pm2ctl list --json=short)" "[]"
        ok "... the folder stays" test -s /home/alice/linked/x.js;;
esac
done_testing
