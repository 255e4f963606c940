#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 240
# Starting, stopping, restarting and failing.
. "${0%/*}/unit.bash"

state() { helper query-all "$1" | tr ' ' '\n' | sed -n "s/^$2=//p"; }   # UNIT FIELD

# -- failing
make_module /srv/crash crash '' 'exit 3'
start=$SECONDS
fails "a module that exits at once is not stable" bash -c \
        'unit-helper --launcher=/usr/local/bin/stub-launch start /srv/crash && unit-helper stable pm2@crash.service 1000000'
like "for the reason that is told" "$OUTPUT" '^(unit-helper: pm2@crash.service: )?it exited with status 3$'
ok "it ends as failed" wait_for 30 output_has '^failed$' property pm2@crash.service ActiveState
like "after sixteen starts" "$(state pm2@crash.service restarts)" '^1[56]$'
ok "in less than 20 seconds" test $((SECONDS - start)) -lt 20
fails "a failed unit is not restarted" helper restart pm2@crash.service
like "since it does not run" "$OUTPUT" 'pm2@crash.service: it does not run'
is "and is still there" "$(property pm2@crash.service ActiveState)" failed
ok "but stopped" helper stop pm2@crash.service
is "it is gone" "$(helper query 'pm2@crash.service')" ""

make_module /srv/few few '"max_restarts": 3, "restart_delay": 50' 'exit 1'
helper start /srv/few >/dev/null 2>&1
ok "max_restarts: three starts" wait_for 10 output_has '^failed$' property pm2@few.service ActiveState
like "no more" "$(state pm2@few.service restarts)" '^[23]$'

make_module /srv/gone gone
chmod 644 /srv/gone/run
fails "the launcher's own failure" helper start /srv/gone
like "has a sentence" "$OUTPUT" 'its interpreter is not found'
is "is one at once" "$(state pm2@gone.service active) $(state pm2@gone.service restarts)" "failed 0"

make_module /srv/done done '"stop_exit_codes": [ 7 ]' 'sleep 0.3; exit 7'
ok "a module that ends with a stop_exit_code" helper start /srv/done
is "has ended in order" "$(helper stable pm2@done.service 2000000)" ended
is "and is gone" "$(helper query 'pm2@done.service')" ""
make_module /srv/once once '"autorestart": false' 'sleep 0.3; exit 5'
ok "a module without autorestart" helper start /srv/once
fails "that fails" helper stable pm2@once.service 2000000
is "is not restarted" "$(state pm2@once.service active) $(state pm2@once.service restarts)" "failed 0"

# shellcheck disable=SC2016
make_module /srv/twice twice '' 'n=$(cat "$STATE_DIRECTORY/n" 2>/dev/null); echo $((n + 1)) >"$STATE_DIRECTORY/n"; [ "$n" ] && [ "$n" -ge 2 ] || exit 1; exec sleep 1000'
helper start /srv/twice >/dev/null 2>&1
is "a module that needs three attempts is stable" "$(helper stable pm2@twice.service 1000000)" stable
is "at the third" "$(state pm2@twice.service restarts)" 2

# -- memory
make_module /srv/hungry hungry '"max_memory_restart": "60M"' 'sleep 0.3; exec python3 -c "
import time
x = bytearray(200000000)
time.sleep(1000)"'
ok "a module that takes too much memory starts" helper start /srv/hungry
ok "is killed and restarted" wait_for 20 output_has '^[1-9]' property pm2@hungry.service NRestarts
ok "by the kernel" wait_for 20 output_has 'Failed with result .(oom-kill|signal).' unit_journal pm2@hungry.service -n 1000
helper stop pm2@hungry.service

# -- stopping
# shellcheck disable=SC2016
make_module /srv/deaf deaf '"kill_timeout": 700' 'trap "" INT TERM; touch "$STATE_DIRECTORY/deaf"; while :; do sleep 0.1; done'
ok "a module that ignores signals starts" helper start /srv/deaf
wait_for 10 test -e /var/lib/pm2ctl-data/deaf/deaf
begin=${EPOCHREALTIME/./}
ok "is stopped" helper stop pm2@deaf.service
took=$((${EPOCHREALTIME/./} - begin))
ok "after its kill_timeout ($took µs)" test "$took" -ge 650000 -a "$took" -lt 5000000
is "and forgotten, though systemd calls that a failure" "$(helper query-all 'pm2@deaf.service')" ""
# shellcheck disable=SC2016
make_module /srv/polite polite '' 'trap "exit 130" INT; touch "$STATE_DIRECTORY/polite"; while :; do sleep 0.05; done'
ok "one that answers SIGINT with exit 130" helper start /srv/polite
wait_for 10 test -e /var/lib/pm2ctl-data/polite/polite
systemctl stop pm2@polite.service
is "has ended in order" "$(helper query-all 'pm2@polite.service')" ""
# shellcheck disable=SC2016
make_module /srv/fertile fertile '' 'setsid sleep 4711 & setsid bash -c "trap \"\" INT TERM; exec sleep 4711" & exec sleep 4711'
ok "one with children" helper start /srv/fertile
ok "takes them along" helper stop pm2@fertile.service
fails "none is left" pgrep -f 'sleep 4711'
ok "what is not there is stopped already" helper stop pm2@nothing.service

# -- restarting as it is
make_module /srv/plain plain
ok "a module starts" helper start /srv/plain
invocation=$(state pm2@plain.service invocation)
ok "and restarts forty times, its start limit notwithstanding" bash -c \
        'for i in {1..40}; do unit-helper restart pm2@plain.service || exit 1; done'
unlike "each time anew" "$(state pm2@plain.service invocation)" "^$invocation\$"
ok "systemctl restarts it too" systemctl restart pm2@plain.service
fails "what is not there is not restarted" helper restart pm2@nothing.service

# -- starting
fails "three of which one is broken" helper start /srv/plain /srv/gone /srv/deaf
like "the broken one is named" "$OUTPUT" 'pm2@gone.service: '
is "alone" "$(grep -c pm2@ <<<"$OUTPUT")" 1
is "the others run" "$(systemctl is-active pm2@plain.service pm2@deaf.service | sort -u)" active
ok "many at once" bash -c 'for i in {1..8}; do unit-helper --launcher=/usr/local/bin/stub-launch start /srv/plain & done; wait'
is "end in one that runs" "$(state pm2@plain.service sub)" running
ok "300 starts and stops without a refusal" helper cycle /srv/plain 300
mkdir -p /etc/systemd/system
printf '[Service]\nExecStart=/bin/true\n' >/etc/systemd/system/pm2@filed.service
systemctl daemon-reload
make_module /srv/filed filed
fails "a unit with a file is refused" helper start /srv/filed
like "and it is said why" "$OUTPUT" 'file'
rm /etc/systemd/system/pm2@filed.service

# -- drop-ins win
mkdir -p /etc/systemd/system/pm2@.service.d /etc/systemd/system/pm2@dropped.service.d
useradd -m -u 4001 alice
printf '[Service]\nEnvironment=ALL=yes ONE=no\nMemoryMax=123M\nTimeoutStopSec=9\n' >/etc/systemd/system/pm2@.service.d/all.conf
printf '[Service]\nEnvironment=ONE=yes\nTimeoutStopSec=7\nDynamicUser=no\nUser=alice\nRestart=no\n' >/etc/systemd/system/pm2@dropped.service.d/one.conf
make_module /srv/dropped dropped '"max_memory_restart": "50M"'
ok "a module with drop-ins starts" helper start /srv/dropped
check_dropped() { # WHEN
        is "$1 that for all modules holds" "$(property pm2@dropped.service MemoryMax)" $((123 * 1024 * 1024))
        is "$1 that for one wins over it" "$(property pm2@dropped.service TimeoutStopUSec)" 7s
        is "$1 environments are merged" "$(property pm2@dropped.service Environment)" "ALL=yes ONE=yes"
        is "$1 it runs as whom it says" "$(ps -o user= -p "$(main_pid pm2@dropped.service)")" alice
        is "$1 which is what is told" "$(state pm2@dropped.service user)" alice
}
check_dropped "at first"
same_after_reload "drop-ins" pm2@dropped.service
check_dropped "after a restart"
printf '[Service]\nTimeoutStopSec=8\n' >>/etc/systemd/system/pm2@dropped.service.d/one.conf
is "a changed one is told" "$(state pm2@dropped.service reload)" 1
systemctl daemon-reload
ok "and with a restart" helper restart pm2@dropped.service
is "in force" "$(property pm2@dropped.service TimeoutStopUSec)" 8s
rm -r /etc/systemd/system/pm2@*.service.d
systemctl daemon-reload

# -- asking
make_module /srv/busy busy '' 'x=0; while [ $x -lt 200000 ]; do x=$((x + 1)); done; exec sleep 1000'
ok "a module that works starts" helper start /srv/busy
sleep 1
like "it has used time" "$(state pm2@busy.service cpu)" '^[0-9]{8,}$'
like "and memory" "$(state pm2@busy.service memory)" '^[0-9]{5,}$'
is "as much as systemd says" "$(($(state pm2@busy.service memory) / 4000000))" "$(($(property pm2@busy.service MemoryCurrent) / 4000000))"
like "and has been up for a second or more" "$(state pm2@busy.service uptime)" '^[0-9]{7,8}$'
is "its status is told" "$(helper query-all pm2@busy.service | grep -o 'text=up as busy')" "text=up as busy"
mkdir -p /etc/systemd/system/pm2@busy.service.d
printf '[Service]\nSlice=other.slice\n' >/etc/systemd/system/pm2@busy.service.d/slice.conf
ok "in another slice" helper start /srv/busy
like "its memory is told as well" "$(state pm2@busy.service memory)" '^[0-9]{5,}$'
done_testing
