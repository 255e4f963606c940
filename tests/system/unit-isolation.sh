#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
# What modules, and users of the host, can find out about a module, and do to it.
. "${0%/*}/unit.bash"

mkdir -p -m 700 /etc/pm2ctl /etc/pm2ctl/modules
echo '[settings]' >/etc/pm2ctl/settings.ini
printf '[settings]\nkey = canary-one\n' >/etc/pm2ctl/modules/one.ini
printf '[settings]\nkey = canary-scoped\n' >/etc/pm2ctl/modules/@acme+one.ini
chmod 600 /etc/pm2ctl/settings.ini /etc/pm2ctl/modules/*.ini
chmod 755 /etc/pm2ctl /etc/pm2ctl/modules

# Its environment is the one it was executed with.
for module in one:one scoped:@acme/one; do
        # shellcheck disable=SC2016
        make_module "/srv/${module%%:*}" "${module#*:}" '' 'echo canary-runtime >"$RUNTIME_DIRECTORY/f"
echo canary-data >"$STATE_DIRECTORY/f"
SECRET=canary-environment exec bash agent'
        echo "$AGENT" >"/srv/${module%%:*}/agent"
done
make_module /srv/two two '' "$AGENT"
ok "three modules start" helper start /srv/one /srv/scoped /srv/two
ok "a module reads its own settings" inside one grep -q canary-one "/run/credentials/pm2@one.service/module"
is "one without settings reads an empty line" "$(inside two cat /run/credentials/pm2@two.service/module | od -An -tx1)" " 0a"
ok "a module reads its own data" inside one grep -q canary-data /var/lib/pm2ctl-data/one/f
ok "and in its runtime folder" inside one grep -q canary-runtime /run/pm2ctl/one/f

users=$(for name in one @acme+one two; do stat -c %u "/var/lib/pm2ctl-data/$name/."; done | sort -u | wc -l)
is "each has a user of its own" "$users" 3

# As another module. What is looked for must not be found; a missing file is no proof, so root looks first.
for victim in one:one scoped:@acme+one:acme:; do
        folder=${victim#*:}; folder=${folder%%:*}
        unit=pm2@$([ "$folder" = one ] && echo one || echo acme:one).service
        pid=$(main_pid "$unit")
        for file in "/proc/$pid/environ" "/var/lib/pm2ctl-data/$folder/f" "/var/lib/private/pm2ctl-data/$folder/f" \
                "/run/pm2ctl/$folder/f" "/run/credentials/$unit/module" "/etc/pm2ctl/modules/$folder.ini"; do
                ok "root finds the canary in $file" grep -aq canary "$file"
                fails "another module does not" inside two grep -aq canary "$file"
        done
        fails "another module cannot list $folder's runtime folder" inside two ls "/run/pm2ctl/$folder"
        fails "nor its data" inside two ls "/var/lib/pm2ctl-data/$folder/"
        fails "nor follow its root" inside two ls "/proc/$pid/root/"
        fails "nor its descriptors" inside two ls "/proc/$pid/fd/"
        fails "nor signal it" inside two kill -0 "$pid"
        fails "nor end it" inside two kill -9 "$pid"
        fails "nor trace it" inside two python3 -c "
import ctypes, sys
sys.exit(0 if ctypes.CDLL(None).ptrace(16, $pid, 0, 0) == 0 else 1)"
        is "it is still there" "$(main_pid "$unit")" "$pid"
done
fails "a module cannot speak to systemd's own socket" inside two python3 -c '
import socket; socket.socket(socket.AF_UNIX).connect("/run/systemd/private")'
fails "nor stop another through the bus" inside two systemctl stop pm2@one.service
fails "nor start a unit" inside two systemd-run true
ok "pm2@one runs" systemctl is-active pm2@one.service

# As anybody
useradd -m -u 4001 alice
as_alice() { setpriv --reuid 4001 --regid 4001 --clear-groups "$@"; }
pid=$(main_pid pm2@one.service)
for file in "/proc/$pid/environ" /var/lib/pm2ctl-data/one/f /run/pm2ctl/one/f /run/credentials/pm2@one.service/module \
        /etc/pm2ctl/modules/one.ini; do
        fails "a user of the host finds no canary in $file" as_alice grep -aq canary "$file"
done
unlike "nor on the bus" "$(as_alice systemctl show pm2@one.service)" canary
unlike "nor in the unit's file" "$(as_alice cat /run/systemd/transient/pm2@one.service)" canary
unlike "nor in anybody's arguments" "$(as_alice ps -eo args)" 'canary-(one|scoped|environment)'

printf '[settings]\nkey = canary-two\n' >/etc/pm2ctl/modules/two.ini
chmod 600 /etc/pm2ctl/modules/two.ini
ok "a restart reads new settings" systemctl restart pm2@two.service
ok "which are there" inside two grep -q canary-two /run/credentials/pm2@two.service/module
done_testing
