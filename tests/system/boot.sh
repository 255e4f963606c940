#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# After a reboot every module runs again; a broken one is reported and stops no other.
. "${0%/*}/lib.sh"

case $REBOOT_MARK in
'')
        use_local_registry
        useradd -m -u 4003 dev
        install -d -o dev /home/dev/linked /home/dev/deleted /home/dev/replaced
        for name in linked deleted replaced; do
                echo "{ \"name\": \"$name\", \"main\": \"x.js\" }" >/home/dev/$name/package.json
                echo 'setInterval(() => {}, 1000)' >/home/dev/$name/x.js
                ok "$name" pm2ctl install /home/dev/$name
        done
        ok "modules of each kind" pm2ctl install hello @acme/tool sends shell-axm
        ok "a setting" pm2ctl set hello:greeting "good evening"
        ok "one is stopped" pm2ctl stop sends
        ok "one is not wanted at boot" pm2ctl install flaky@1.0.0
        ok "... from now on" pm2ctl disable flaky
        ok "... but runs on" systemctl is-active -q pm2@flaky.service
        is "... which the list tells" "$(pm2ctl list --json=short | json "[m['name'] for m in d if not m['enabled']]")" '["flaky"]'
        ok "the boot service is enabled" systemctl is-enabled -q pm2-modules.service
        ok "the relay is enabled" systemctl is-enabled -q pm2-axm-relay.service
        rm -r /home/dev/deleted
        mv /home/dev/replaced /home/dev/old && cp -a /home/dev/old /home/dev/replaced
        pm2ctl list --json=short | json "[(m['name'], m['pm_id'], m['version']) for m in d]" >/root/before
        reboot_and_continue crashed;;
*)
        ok "the boot service has run" wait_for 30 output_has 'inactive|active|failed' systemctl is-active pm2-modules.service
        for name in hello acme:tool sends shell-axm linked; do
                ok "$name runs after it was $REBOOT_MARK" wait_for 20 systemctl is-active -q "pm2@$name.service"
        done
        fails "what is disabled does not" systemctl is-active -q pm2@flaky.service
        ok "... until it is started" pm2ctl start flaky
        fails "what has no folder does not" systemctl is-active -q pm2@deleted.service
        like "... and is reported" "$(journalctl -b -u pm2-modules.service -o cat --no-pager)" 'deleted did not start: .*/home/dev/deleted does not exist'
        fails "what has another folder does not either" systemctl is-active -q pm2@replaced.service
        like "... and is reported" "$(journalctl -b -u pm2-modules.service -o cat --no-pager)" \
                'replaced did not start: /home/dev/replaced is not the directory that was linked'
        is "the same are listed" "$(pm2ctl list --json=short | json "[(m['name'], m['pm_id'], m['version']) for m in d]")" \
                "$(cat /root/before)"
        ok "settings are there" wait_for 10 output_has 'good evening' unit_journal pm2@hello.service -b
        ok "the linked folder is watched" systemctl is-active -q pm2-watch@linked.service
        ok "what was recorded is again" wait_for 10 output_has '"module_name":"sends"' pm2ctl show sends --json=short
        is "staging is empty" "$(ls -A /var/lib/pm2ctl/staging)" ""
        [ "$REBOOT_MARK" = stopped ] || reboot_and_continue stopped --clean;;
esac
done_testing
