#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A secret that was set for a module which sends its whole configuration is nowhere to be seen.
. "${0%/*}/lib.sh"
use_local_registry
umask 077

canary="canary$RANDOM$RANDOM-\"quoted\"-end"   # escaping must not hide it from us either: each part is looked for
part=${canary%%-*}
token="token$RANDOM$RANDOM"
echo "//${REGISTRY#*//}:_authToken=$token" >>/root/.npmrc
useradd -m other

busctl monitor >/root/bus.log 2>&1 &
monitor=$!
printf '%s\n' "$part" "$token" >/tmp/patterns   # in a file, so that no argument list of ours holds them
touch /root/start
(while sleep 0.02; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -aFf /tmp/patterns; done) >/root/cmdline.log &
watcher=$!
wait_for 5 test -s /root/bus.log

ok "a module is installed" pm2ctl install sends
printf '%s' "$canary" >/root/secret-input
ok "a secret is set" bash -c 'pm2ctl set --secret sends:license </root/secret-input'
ok "... and one whose name tells" bash -c 'pm2ctl set sends:password - </root/secret-input'
ok "... and one for every module" bash -c 'pm2ctl set --secret shared_license - </root/secret-input'
ok "MODULE_DEBUG logs every message" pm2ctl set sends:MODULE_DEBUG true
ok "the module has it" wait_for 10 bash -c \
        'tr "\0" "\n" </proc/$(systemctl show -P MainPID pm2@sends.service)/environ | grep "^license=" | grep -qFf /tmp/patterns'
ok "what it sends is recorded" wait_for 10 output_has '"module_name":"sends"' pm2ctl show sends --json=short
ok "the key too" output_has '"license":"\*' pm2ctl show sends --json=short
sleep 1
kill "$monitor" "$watcher"; wait 2>/dev/null

nowhere() { # DESCRIPTION COMMAND...: it prints something, and none of it is a secret
        local description=$1; shift
        "$@" >/root/output 2>&1
        ok "... nowhere in $description" bash -c 'test -s /root/output && ! grep -qaFf /tmp/patterns /root/output'
}
# Files that were written since the start and hold a secret, as far as the user may read them.
leaks() { # COMMAND-PREFIX...
        "$@" find / /run /tmp /dev/shm -xdev \( -path /proc -o -path /sys \) -prune -o -newer /root/start -type f -readable -print0 \
                2>/dev/null | "$@" xargs -0r grep -laFf /dev/fd/3 -- 3</tmp/patterns 2>/dev/null
}
nowhere "systemctl show" systemctl show pm2@sends.service
nowhere "systemctl status" systemctl status --no-pager pm2@sends.service
nowhere "systemctl cat" systemctl cat pm2@sends.service
nowhere "what went over the bus" cat /root/bus.log
nowhere "the journal" journalctl -o verbose --all --no-pager
nowhere "the journal's files" cat /var/log/journal/*/*.journal
nowhere "pm2ctl show" pm2ctl show sends
nowhere "pm2ctl show --json" pm2ctl show sends --json=pretty
nowhere "pm2ctl list" pm2ctl list --json=pretty
nowhere "the record" cat /var/lib/pm2ctl/axm/sends.json
nowhere "the module's metrics" bash -c 'ls /run/pm2ctl/sends; cat /run/pm2ctl/sends/*'
is "... nor in any argument list" "$(cat /root/cmdline.log)" ""
chmod 644 /tmp/patterns   # for grep as another user
is "... nor in any file that another user can read" \
        "$(leaks setpriv --reuid other --regid other --clear-groups | grep -vx /tmp/patterns)" ""
is "... nor in any environment that another user can read" \
        "$(setpriv --reuid other --regid other --clear-groups bash -c 'cat /proc/[0-9]*/environ 2>/dev/null' | grep -acFf /tmp/patterns)" 0
is "... only in the two settings files, which are root's alone" \
        "$(leaks env | grep -v -e '^/root/' -e '^/tmp/patterns$' | xargs stat -c '%n %a %U' | sort | tr '\n' ' ')" \
        "/etc/pm2ctl/modules/sends.ini 600 root /etc/pm2ctl/settings.ini 600 root "

# -- given as an argument all the same: what others see of it while pm2ctl waits for its lock
exec 8>>/etc/pm2ctl/.lock
flock 8
pm2ctl -q set --secret sends:pin "$part" 8>&- &
setting=$!
ok "another user sees what is set" wait_for 20 output_has sends:pin setpriv --reuid other --regid other --clear-groups \
        bash -c "tr '\0' ' ' </proc/$setting/cmdline"
unlike "... and not the value" "$(tr '\0' ' ' </proc/$setting/cmdline)" "$part"
exec 8>&-
ok "it is set" wait "$setting"
is "... as it was given" "$(pm2ctl get sends:pin)" "$part"

# -- a copy of pm2ctl that its caller lends privileges by calling it
cp /usr/bin/pm2ctl /var/tmp/lent && chgrp nogroup /var/tmp/lent && chmod 2755 /var/tmp/lent
mkdir -m 755 /var/tmp/evil
printf '#!/bin/sh\ntouch /var/tmp/bitten\nexec /usr/bin/journalctl "$@"\n' >/var/tmp/evil/journalctl
chmod 755 /var/tmp/evil/journalctl
ok "PATH counts otherwise" env PATH="/var/tmp/evil:$PATH" pm2ctl logs --nostream sends
ok "... and finds journalctl" rm /var/tmp/bitten
ok "in secure-execution mode logs are shown, too" env PATH="/var/tmp/evil:$PATH" /var/tmp/lent logs --nostream sends
like "... with a warning that names PATH" "$OUTPUT" 'ignored.*: .*\bPATH\b'
ok "... by the system's journalctl" test ! -e /var/tmp/bitten
done_testing
