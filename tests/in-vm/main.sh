#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
# The main job on a kernel of its own: install, look, set, trigger, a linked folder, a power cut, uninstall.
. "${0%/*}/../system/lib.sh"

use_local_registry
case $REBOOT_MARK in
'')
        is "control groups are of version 2" "$(stat -fc %T /sys/fs/cgroup)" cgroup2fs
        is "the machine is well before" "$(systemctl --failed --plain --no-legend)" ""
        ok "modules are installed" pm2ctl install hello @acme/tool python-axm with-scripts
        for id in hello acme:tool python-axm with-scripts; do
                ok "$id runs" systemctl is-active -q "pm2@$id.service"
        done
        like "list shows one" "$(pm2ctl list)" '^ *[0-9]+ +hello +.* active '
        like "status another" "$(pm2ctl status @acme/tool)" 'Active: active'
        ok "a setting" pm2ctl set hello:greeting "good evening"
        ok "... arrives" wait_for 10 output_has 'good evening' unit_journal pm2@hello.service
        useradd -m -u 4003 dev
        install -d -o dev /home/dev/linked
        echo '{ "name": "linked", "main": "x.js" }' >/home/dev/linked/package.json
        echo 'console.log("first"); setInterval(() => {}, 1000)' >/home/dev/linked/x.js
        ok "a folder is linked" pm2ctl install /home/dev/linked
        ok "... and watched" systemctl is-active -q pm2-watch@linked.service
        cat >/home/dev/linked/x.js <<'X'
console.log("second");
process.send({ type: "axm:action", data: { action_name: "double", arity: 2 } });
process.on("message", (m) => process.send({ type: "axm:reply", data: { action_name: m.msg, return: m.opts + m.opts } }));
X
        ok "... and runs again when a file is saved" wait_for 20 output_has '^second$' unit_journal pm2@linked.service
        is "... with an action" "$(pm2ctl trigger linked double ab)" abab
        pm2ctl list --json=short | json "[(m['name'], m['pm_id'], m['version']) for m in d]" >/root/before
        reboot_and_continue cut;;
*)
        ok "the boot service has run" wait_for 30 output_has '^(inactive|active|failed)' systemctl is-active pm2-modules.service
        for id in hello acme:tool python-axm with-scripts linked; do
                ok "$id runs after the power was cut" wait_for 20 systemctl is-active -q "pm2@$id.service"
        done
        ok "the linked folder is watched" systemctl is-active -q pm2-watch@linked.service
        is "the same are listed" "$(pm2ctl list --json=short | json "[(m['name'], m['pm_id'], m['version']) for m in d]")" \
                "$(cat /root/before)"
        is "the setting is there" "$(pm2ctl get hello:greeting)" "good evening"
        ok "... and arrives" wait_for 10 output_has 'good evening' unit_journal pm2@hello.service -b
        is "the action works" "$(pm2ctl trigger linked double cd)" cdcd
        ok "uninstall . leaves the folder" pm2ctl uninstall linked
        ok "... indeed" test -s /home/dev/linked/x.js
        ok "all are uninstalled" pm2ctl uninstall all
        is "... and none is listed" "$(pm2ctl list --json=short)" "[]"
        is "... nor a unit left" "$(systemctl list-units --all --plain --no-legend 'pm2@*')" ""
        is "... nor a process" "$(pgrep -af 'pm2-launch|pm2-bridge|node_modules/')" ""
        is "nothing has failed" "$(systemctl --failed --plain --no-legend)" "";;
esac
done_testing
