#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
# Install on a full disk fails with one sentence, and the version before stays.
. "${0%/*}/lib.sh"

version() { pm2ctl list --json=short | json "d[0]['version']"; }

mkdir -p /srv/packages/big/1.0.0 /srv/packages/big/2.0.0
for v in 1.0.0 2.0.0; do
        echo '{ "name": "big", "version": "'$v'", "apps": [{ "script": "x.sh", "interpreter": "sh" }] }' >/srv/packages/big/$v/package.json
        echo 'exec sleep 1000000' >/srv/packages/big/$v/x.sh
done
head -c 6000000 /dev/urandom >/srv/packages/big/2.0.0/data
serve_packages /srv/packages && use_registry "$SERVED"

# One file system for all of it, as it would be: renames lead from private, where the fetch unit writes, into the state.
mkdir -p -m 700 /var/lib/private
mount -t tmpfs -o size=4M,mode=755 tmpfs /mnt
cp -a /var/lib/systemd /var/lib/dbus /var/lib/private /mnt
mount --move /mnt /var/lib 2>/dev/null || mount --bind /mnt /var/lib

# refused DESCRIPTION: nothing has changed
refused() {
        exits "$1" 1 pm2ctl -q install big@2.0.0
        is "... with one sentence" "$(grep -c . <<<"$OUTPUT")" 1
        like "... that says why" "$OUTPUT" '[Nn]o space( is)? left on'
        is "... and the version before is installed" "$(version)" 1.0.0
        ok "... and runs" systemctl is-active -q pm2@big.service
        is "... as the same process" "$(systemctl show -P MainPID pm2@big.service)" "$pid"
        is "... and staging is empty" "$(ls -A /var/lib/pm2ctl/staging; ls -A /var/lib/private/pm2ctl/staging 2>/dev/null)" ""
}

ok "a first version" pm2ctl install big@1.0.0
pid=$(systemctl show -P MainPID pm2@big.service)
refused "no room for the package"
head -c 100000000 /dev/zero >/var/lib/filler 2>/dev/null
refused "no room for anything"
ok "list works on a full disk" pm2ctl list
ok "restart works on a full disk" pm2ctl restart big
rm /var/lib/filler
mount -o remount,size=64M /var/lib
ok "with room again the update works" pm2ctl install big@2.0.0
is "... to the new version" "$(version)" 2.0.0
done_testing
