#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 180
#
# The journal comes, goes and moves while relays run: what modules say then is recorded all the same, by the same relays,
# and what journald copies from one place to the other is not counted twice.
. "${0%/*}/lib.sh"
. "${0%/*}/relay.bash"

journald() { # STORAGE: journald with that setting, as an administrator would
        printf '[Journal]\nStorage=%s\nForwardToConsole=no\n' "$1" >/etc/systemd/journald.conf.d/zz-machine.conf
        systemctl reset-failed systemd-journald.service
        systemctl restart systemd-journald.service
}
persistent() { # as journald.conf(5) says
        mkdir -p /var/log/journal
        systemd-tmpfiles --create --prefix /var/log/journal
        journald persistent
        journalctl --flush
}
status() { systemctl "$@" show -P StatusText pm2-axm-relay.service; }
n=0
heard() { # DESCRIPTION: a module and alice's say something; both are recorded by the relays that ran all the time
        n=$((n + 1))
        says told "{\"type\":\"process:exception\",\"data\":{\"message\":\"$n\"}}"
        recorded "$1" told 'd["error"]["message"]' "$n"
        is "by the same relay" "$(relay_pid)" "$pid"
}
alice_pid() { as_user alice systemctl --user show -P MainPID pm2-axm-relay.service; }
alice_said() { json 'd["options"]["n"]' </home/alice/.local/state/pm2ctl/axm/told.json; }
heard_of_alice() { # DESCRIPTION
        n=$((n + 1))
        as_user alice systemd-run -q --user --wait --unit pm2@told.service --slice pm2.slice bash -c 'echo "$0"; sleep 1' \
                "{\"type\":\"axm:option:configuration\",\"data\":{\"n\":$n}}"
        wait_for 10 output_has "^$n\$" alice_said
        is "$1" "$(alice_said 2>&1)" "$n"
        is "by the same relay" "$(alice_pid)" "$alice"
}

rm -rf /var/log/journal
journald volatile
ok "alice" add_user alice 4001
ok "relays start with a journal in memory" systemctl start pm2-axm-relay.service
ok "alice's too" as_user alice systemctl --user start pm2-axm-relay.service
pid=$(relay_pid) alice=$(alice_pid)
ok "which has nothing to read" wait_for 10 output_has '^There is no journal that this user may read$' \
        as_user alice systemctl --user show -P StatusText pm2-axm-relay.service
# A run that lasts: a start anew would empty the record.
mkfifo -m 666 /run/lasting
module lasting Type=exec bash -c 'exec cat <>/run/lasting'
for i in 1 2 3; do echo '{"type":"process:exception","data":{"message":"x"}}' >/run/lasting; done
recorded "three errors are counted" lasting 'd["errors"]' 3
heard "what is said in memory is recorded"

persistent
heard "so is what is said when the journal is on the disk"
echo '{"type":"process:exception","data":{"message":"x"}}' >/run/lasting
recorded "none is counted twice that was moved there" lasting 'd["errors"]' 4
systemctl restart pm2-axm-relay.service
pid=$(relay_pid)
heard "the relay may be restarted meanwhile"
recorded "and counts none twice" lasting 'd["errors"]' 4
heard_of_alice "alice's is there to be read now"
ok "as her relay says" wait_for 10 output_has '^Following the journal$' \
        as_user alice systemctl --user show -P StatusText pm2-axm-relay.service

mv /var/log/journal /var/log/journal.old
journald auto
heard "and in memory again when the folder is gone"
persistent
heard "and on the disk when it is made anew"
heard_of_alice "alice's too"
rm -rf /run/log/journal
journald volatile
systemd-tmpfiles --create --prefix /run/log/journal
heard "and in memory when that folder is made anew"
journalctl -q --rotate --vacuum-time=1s
heard "and when the files in it are deleted"

rm -rf /var/log/journal
mkdir -m 700 /var/log/journal
journald persistent
ok "of a folder made by hand, which it may not read, the relay says so" wait_for 10 output_has '^There is no journal that this user may read$' status
systemd-tmpfiles --create --prefix /var/log/journal
heard "when it may read it, it goes on"
ok "as it says" wait_for 10 output_has '^Following the journal$' status
done_testing
