#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 240
#
# Whatever happens to the relay, its cursor or the journal, the records end as if nothing had happened.
. "${0%/*}/lib.sh"
. "${0%/*}/relay.bash"

cat >/opt/talk.py <<'EOF'
import json, sys, time
n, pause = int(sys.argv[1]), float(sys.argv[2])
def say(type, data): print(json.dumps({"type": type, "data": data}), flush=True)
say("axm:option:configuration", {"module_name": "talk"})
for i in range(n):
    if i % 4 == 0: say("axm:action", {"action_name": "a%d" % (i % 200), "opts": i})
    elif i % 4 == 1: say("axm:option:configuration", {"o%d" % (i % 300): i, "last": i})
    elif i % 4 == 2: say("process:exception", {"message": "error %d" % i})
    else: say("axm:monitor", {"n": {"value": i}})
    time.sleep(pause)
say("axm:option:configuration", {"done": n})
EOF
# All but who and when.
content() { record "$1" '{k: v for k, v in d.items() if k in ("options", "actions", "monitor", "errors")} | {"m": d["error"]["message"]}'; }
talk() { module "$1" Type=exec LogRateLimitIntervalSec=1us python3 /opt/talk.py "$2" "$3"; }
said_all() { recorded_now "$1" 'd["options"].get("done")' "$2"; }
relay_log() { journalctl -u pm2-axm-relay.service --no-pager -o cat "$@"; }

n=2000 shots=20
[ "${PM2CTL_TEST_THOROUGH:-0}" -eq 0 ] || n=5000 shots=50

systemctl start pm2-axm-relay.service
talk calm "$n" 0.001
ok "an undisturbed run" wait_for 60 said_all calm "$n"
is "counts every error" "$(record calm 'd["errors"]')" $((n / 4))
calm=$(content calm)

talk shot "$n" 0.002
hits=0
relay_is_not() { [ "$(relay_pid)" != "$1" ]; }
for ((i = 0; i < shots; i++)); do
        sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
        pid=$(relay_pid)
        systemctl kill --kill-whom=main -s KILL pm2-axm-relay.service
        # until the manager has noticed, it starts nothing
        wait_for 10 relay_is_not "$pid" && hits=$((hits + 1))
        systemctl reset-failed pm2-axm-relay.service
        systemctl start pm2-axm-relay.service
done
is "every shot at the relay hits" "$hits" "$shots"
ok "one in which the relay is shot $shots times" wait_for 60 said_all shot "$n"
is "ends with the same record" "$(content shot)" "$calm"
is "the shots leave no litter" "$(find $axm -name '.#*' | wc -l)" 0

# -- the cursor

keep=$(cat $axm/shot.json)
for cursor in gone empty garbage truncated binary future a-folder; do
        systemctl stop pm2-axm-relay.service
        case $cursor in
        gone) rm $axm/relay.cursor;;
        empty) : >$axm/relay.cursor;;
        garbage) echo "s=nonsense;i=-1;=;;" >$axm/relay.cursor;;
        truncated) truncate -s 40 $axm/relay.cursor;;
        binary) head -c 500 /dev/urandom >$axm/relay.cursor;;
        future) sed -i 's/;i=[^;]*;b=[^;]*;m=[^;]*;t=[^;]*/;i=ffffffffff;b=00000000000000000000000000000001;m=ffffffffffff;t=ffffffffffffff/' $axm/relay.cursor;;
        a-folder) rm $axm/relay.cursor; mkdir $axm/relay.cursor;;
        esac
        ok "with its cursor $cursor the relay starts" systemctl start pm2-axm-relay.service
        ok "and works" drained
        is "and the record is the same" "$(cat $axm/shot.json)" "$keep"
done
like "a lost place is warned of" "$(relay_log -p warning)" 'no entry of relay.cursor'
systemctl stop pm2-axm-relay.service
rm -r $axm/relay.cursor $axm/shot.json
systemctl start pm2-axm-relay.service
ok "without cursor a record that was lost is made from the journal" wait_for 20 said_all shot "$n"
is "the same as before" "$(content shot)" "$calm"

# -- the journal

# Vacuuming to one second right after rotating deletes what was written milliseconds ago, read or not.
talk rotated 2000 0.002
for i in {1..8}; do
        sleep 0.4
        journalctl -q --rotate --vacuum-time=1s
done
ok "with the journal rotated and vacuumed meanwhile the end of the story is recorded" wait_for 60 said_all rotated 2000
is "and nearly all of it" "$(record rotated '470 <= d["errors"] <= 500 and len(d["actions"]), d["options"]["last"]')" '[50, 1997]'
talk revived 1000 0.003
for i in 1 2 3; do
        sleep 0.7
        systemctl restart systemd-journald.service
done
ok "with journald restarted meanwhile the end of the story is recorded" wait_for 60 said_all revived 1000
is "and nothing was made up" "$(record revived 'd["errors"] <= 250 and d["options"]["last"]')" 997

# Nothing of ours hangs on the message bus.
pid=$(relay_pid)
talk deaf 600 0.003
for i in 1 2 3; do
        sleep 0.4
        systemctl kill -s KILL dbus.service
        systemctl reset-failed dbus.service dbus.socket 2>/dev/null
        systemctl start dbus.socket dbus.service
done
ok "with the bus killed meanwhile all is recorded" wait_for 60 said_all deaf 600
is "every error of it" "$(record deaf 'd["errors"]')" 150
is "by the same relay" "$(relay_pid)" "$pid"

# Entries whose number is damaged. libsystemd shows no entry with a lower one any more, although it was written later.
# damage_number FOLDER N BY: of the nth entry of module ahead, or of the next one of its kind (every fourth) that was not
# written in the same microsecond as one beside it, which time cannot tell from it either. A busy journald gives all
# lines of one read the same time. The kind matters because an entry is lost whose number is higher than any can be:
# entry 104 holds metrics, which later ones replace.
damage_number() {
        journalctl -q -D "$1" -o export _SYSTEMD_UNIT=pm2@ahead.service --output-fields=_TRANSPORT | python3 -c '
import glob, re, struct, sys
cursors = [l for l in sys.stdin if l.startswith("__CURSOR=")]
entries = [[int(re.search(r"[=;]%s=([0-9a-f]+);" % c, l)[1], 16) for c in "it"] for l in cursors]
n, by = int(sys.argv[2]), int(sys.argv[3])
while 0 <= n < len(entries) - 1 and by > 0 and entries[n][1] in (entries[n + 1][1], n > 0 and entries[n - 1][1]):
    n += 4
known = struct.pack("<QQ", *entries[n])
for name in glob.glob(sys.argv[1] + "/**/*.journal", recursive=True):
    with open(name, "r+b") as f:
        at = f.read().find(known)
        if at >= 0:
            f.seek(at)
            f.write(struct.pack("<Q", entries[n][0] + by))
            sys.exit()
sys.exit("not found")' "$@"
}
relay=$(systemctl cat pm2-axm-relay.service | sed -n 's/^ExecStart=\([^ ]*\) .*/\1/p')
journalctl --rotate
talk ahead 200 0.002
ok "a module says something" wait_for 30 said_all ahead 200
whole=$(content ahead)
journalctl --rotate
says behind '{"type":"axm:action","data":{"action_name":"x"}}'
recorded "and another one" behind 'd["actions"]' '[{"action_name": "x"}]'
journalctl --rotate
for what in "0 1000" "100 1" "100 1000" "100 65535" "100 $((1 << 40))" "104 -60" "104 $((1 << 50))" "-1 1000" "-1 $((1 << 40))"; do
        rm -rf /opt/damaged
        mkdir -p /opt/damaged/journal
        # The last but one was written when `ahead` spoke, the last when `behind` did. Their names end with the time of
        # their first entry; when they were modified depends on when the kernel wrote their pages.
        find /var/log/journal -name 'system@*.journal' | sort -t- -k3 | tail -n 2 | xargs cp -t /opt/damaged/journal
        # shellcheck disable=SC2086
        ok "the number of entry ${what/ / is damaged by }" damage_number /opt/damaged/journal $what
        ok "the relay reads it" "$relay" --system --once --journal=/opt/damaged/journal --state=/opt/damaged
        is "and misses nothing" "$(axm=/opt/damaged content ahead; axm=/opt/damaged record behind 'd["actions"]')" \
                "$whole"$'\n''[{"action_name": "x"}]'
done

for by in 1000 $((1 << 40)); do
        talk ahead 5 0
        ok "a module says something" wait_for 30 said_all ahead 5
        systemctl stop pm2-axm-relay.service
        ok "the number of its last word is damaged by $by, and nothing was read yet" damage_number /var/log/journal -1 $by
        rm $axm/relay.cursor $axm/*.json
        systemctl start pm2-axm-relay.service
        ok "what is whole is read" wait_for 60 said_all ahead 5
        for i in 1 2 3; do
                says "ahead$i" "{\"type\":\"axm:option:configuration\",\"data\":{\"n\":$i}}"
                recorded "what comes after it too ($i)" "ahead$i" 'd["options"]' "{\"n\": $i}"
        done
        says ahead '{"type":"axm:action","data":{"action_name":"after"}}'
        recorded "also of the same module" ahead 'd["actions"]' '[{"action_name": "after"}]'
        systemctl restart pm2-axm-relay.service
        says ahead '{"type":"axm:action","data":{"action_name":"later"}}'
        recorded "and after a restart" ahead 'd["actions"]' '[{"action_name": "later"}]'
done
like "which is said" "$(relay_log -p warning)" 'An entry of the journal is damaged'

journalctl --rotate
systemctl stop pm2-axm-relay.service
damaged=0
for file in /var/log/journal/*/*@*.journal; do
        python3 - "$file" <<'EOF'
import random, struct, sys
random.seed(7)
with open(sys.argv[1], "r+b") as f:
    text = f.read()
    for i in range(200):
        f.seek(random.randrange(4096, len(text)))
        f.write(random.randbytes(8))
EOF
        damaged=$((damaged + 1))
done
rm -f $axm/relay.cursor
ok "there are files to damage" test "$damaged" -gt 0
ok "with damaged files in the journal the relay starts" systemctl start pm2-axm-relay.service
ok "and works" drained 60
says after '{"type":"axm:action","data":{"action_name":"x"}}'
recorded "what is said then is recorded" after 'd["actions"]' '[{"action_name": "x"}]'
is "each record is valid" "$(for f in $axm/*.json; do json 'd["version"]' <"$f"; done | sort -u)" 1

# -- the disk

systemctl stop pm2-axm-relay.service
mount -t tmpfs -o size=64k,mode=755 tmpfs $axm
chown pm2ctl:systemd-journal $axm
systemctl start pm2-axm-relay.service
says full '{"type":"axm:action","data":{"action_name":"before"}}'
recorded "on a small disk" full 'd["actions"]' '[{"action_name": "before"}]'
dd if=/dev/zero of=$axm/filler bs=1k status=none || :
says full '{"type":"axm:action","data":{"action_name":"during"}}'
ok "that is full, the relay says so" wait_for 10 output_has '^pm2@full.service: failed to write its record, trying again: full.json: No space left' relay_log
is "and the record is the old one" "$(record full 'd["actions"]')" '[{"action_name": "before"}]'
rm $axm/filler
recorded "when there is room again the new one is written" full 'd["actions"]' '[{"action_name": "during"}]'
is "the relay was never started anew by itself" "$(systemctl show -p NRestarts --value pm2-axm-relay.service)" 0
done_testing
