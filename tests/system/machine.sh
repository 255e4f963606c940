#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The machine that the other tests stand on is what they take it for.
. "${0%/*}/lib.sh"

boot_id=$(cat /proc/sys/kernel/random/boot_id)

case $REBOOT_MARK in
'')
        ok "systemd is PID 1" test "$(cat /proc/1/comm)" = systemd
        ok "everything has started" output_has '^running$' systemctl is-system-running
        ok "pm2ctl is installed" pm2ctl --version
        fails "the kernel's switches cannot be turned" bash -c 'echo 1 >/proc/sys/kernel/panic'
        # asked of the capability, never tried: where the machine lets it through, it is the host's clock
        fails "nor the clock" bash -c '(( 0x$(sed -n "s/^CapBnd:[[:space:]]*//p" /proc/self/status) >> 25 & 1 ))'
        ok "a unit has a user, a network and mounts of its own" \
                systemd-run --wait -q -p DynamicUser=yes -p PrivateNetwork=yes -p PrivateUsers=yes -p PrivateTmp=yes true
        ok "a unit that takes more memory than it may is killed" output_has 'result: (signal|oom-kill)' \
                systemd-run --wait -p MemoryMax=20M -p MemorySwapMax=0 python3 -c 'x = "x" * 100000000'
        ok "a user has a manager" add_user alice 4001
        ok "which starts units" as_user alice systemd-run --user --wait -q -t echo "alice was here"
        ok "and a journal" wait_for 10 output_has "alice was here" as_user alice journalctl --user --no-pager -o cat
        use_local_registry
        mkdir -p /root/try
        ok "npm installs from the local registry" npm install --prefix /root/try --no-audit with-deps
        is "two versions of one package are nested" "$(cd /root/try/node_modules && node -p \
                "[require('dep-a'), require('@acme/dep-b')].join()")" "2.0.0,1.0.0 with dep-a 1.2.0"
        ok "dist-tags choose" output_has '^1.0.0$' npm view hello@old version
        fails "what is not served is not found" npm view no-such-package
        echo "$boot_id" >/root/boot_id
        reboot_and_continue crashed;;
crashed)
        ok "files outlive a crash" test -e /root/boot_id
        ok "each boot has an id of its own" test "$boot_id" != "$(cat /root/boot_id)"
        ok "the user's manager is back" wait_for 10 as_user alice systemctl --user is-active -q default.target
        is "the journal has both boots" "$(journalctl --list-boots -q --no-pager | grep -c '^ *-\?[0-9]')" 2
        reboot_and_continue stopped --clean;;
stopped)
        ok "a clean reboot stops services first" output_has 'Stopped systemd-logind' journalctl -b -1 --no-pager -o cat
        serve_packages "$TESTS/packages"
        ok "a test can serve packages of its own" npm view --registry "$SERVED" dies version;;
esac
done_testing
