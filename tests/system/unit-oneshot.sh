#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
# Programs run as units: what pm2-fetch and install scripts run in.
. "${0%/*}/unit.bash"

program() { # NAME SCRIPT
        printf '#!/bin/bash\n%s\n' "$2" >"/usr/local/bin/$1"
        chmod 755 "/usr/local/bin/$1"
}
run() { unit-helper --uid=pm2-fetch-1 "${@:2}" run pm2-fetch@1.service "/usr/local/bin/$1"; }   # PROGRAM OPTION...
gone() { is "$1: nothing is left of it" "$(systemctl show -P LoadState,ActiveState pm2-fetch@1.service | xargs) $(pgrep -fc 'sleep 4711')" "not-found inactive 0"; }

echo canary-credential >/root/token
chmod 600 /root/token
# shellcheck disable=SC2016
program all 'echo "$(id -un) $PWD $(cat)"; cat "$CREDENTIALS_DIRECTORY/given"; echo one >&2; printf two >&2
touch here "$CACHE_DIRECTORY/there" && ls -A /var/lib/private /var/lib/private/pm2ctl/staging'
ok "a program runs" bash -c 'echo given input | unit-helper --uid=pm2-fetch-1 --input --credential=/root/token \
        --state-directory=pm2ctl/staging/1 --cache-directory=pm2ctl --folder=/var/lib/pm2ctl/staging/1 \
        run pm2-fetch@1.service /usr/local/bin/all'
like "as its user, in its folder, with its input" "$OUTPUT" '^out\|pm2-fetch-1 /var/lib/private/pm2ctl/staging/1 given input$'
like "with its credential" "$OUTPUT" '^canary-credential$'
like "its lines are handed on" "$OUTPUT" '^err\|one$'
like "the last without a newline too" "$OUTPUT" '^err\|two$'
like "its status" "$OUTPUT" '^status=0 r=0 '
like "its folder is its user's" "$(stat -c '%u %a' /var/lib/pm2ctl/staging/1/.)" '^6[1-5][0-9]{3} 700$'
ok "what it wrote is there" test -e /var/lib/pm2ctl/staging/1/here -a -e /var/cache/pm2ctl/there
gone "a program"
ok "another user takes the folder over" unit-helper --uid=pm2-scripts-1 --state-directory=pm2ctl/staging/1 \
        --folder=/var/lib/pm2ctl/staging/1 run pm2-scripts@1.service /usr/bin/rm here
fails "with what is in it" test -e /var/lib/pm2ctl/staging/1/here

program seven 'exit 7'
exits "one that fails" 1 run seven
like "with its status" "$OUTPUT" '^status=7 .*it exited with status 7$'
gone "a failed one"
program killed 'kill -9 $$'
exits "one that is killed" 1 run killed
like "by its signal" "$OUTPUT" '^status=-1 .*SIGKILL'
exits "one that is not there" 1 run nothing
like "in a sentence" "$OUTPUT" 'cannot be executed'

program greedy 'exec python3 -c "x = bytearray(100 << 20)"'
drop_in=/run/systemd/system/pm2-fetch@.service.d
mkdir -p $drop_in && printf '[Service]\nMemoryMax=20M\nMemorySwapMax=0\n' >$drop_in/limit.conf && systemctl daemon-reload
exits "one that takes more memory than it may" 1 run greedy
like "is killed, and why is said" "$OUTPUT" '^status=-1 .*(more memory than MemoryMax= allows|exceeded MemoryMax=)'
gone "a greedy one"
rm -r $drop_in && systemctl daemon-reload

useradd pm2-fetch-3
fails "one whose user's name is an account's is refused" unit-helper --uid=pm2-fetch-3 run pm2-fetch@1.service /bin/true
like "in a sentence" "$OUTPUT" "'pm2-fetch-3'.*rename"

fails "one that needs an account has none made for it" unit-helper --uid=pm2-fetch-4 --account run pm2-fetch@1.service /bin/true
like "in a sentence" "$OUTPUT" "no account 'pm2-fetch-4'.*systemd-sysusers"
program who 'id -un'
ok "with one it runs" unit-helper --uid=pm2-fetch-3 --account run pm2-fetch@1.service /usr/local/bin/who
like "as that" "$OUTPUT" '^(out\|)?pm2-fetch-3$'

program leaves 'setsid sleep 4711 & setsid bash -c "trap \"\" TERM INT HUP; exec sleep 4711" & echo left'
ok "one that leaves processes behind" run leaves
like "is read to its end" "$OUTPUT" '^out\|left$'
gone "one that left processes"
program slow 'echo begun; sleep 4711'
exits "one that is too slow" 1 run slow --seconds=3
like "is stopped" "$OUTPUT" 'it took longer than 3 s'
like "with what it had printed" "$OUTPUT" '^out\|begun'
gone "a slow one"
program flood 'yes'
exits "one that prints too much" 1 run flood --max=100000
like "is stopped, too" "$OUTPUT" 'printed more than is allowed'
gone "a flood"
program lines 'head -c 100000 /dev/zero | tr "\0" x >&2; printf "a\0b\n" >&2'
ok "one with a long line" run lines
like "has it cut" "$OUTPUT" '^err\|x{4096,}$'
like "and no NUL in it" "$OUTPUT" '^err\|.*a b$'
fails "a flood is on no line whole" grep -Eq 'x{90000}' <<<"$OUTPUT"

# The first does not heed SIGTERM and gets SIGKILL.
program deaf 'trap "" TERM; echo begun >&2; while :; do sleep 0.1; done'
program patient 'echo begun >&2; exec sleep 4711'
for how in INT:deaf TERM:patient HUP:patient; do
        rm -f /root/said
        run "${how#*:}" >/root/said 2>&1 &
        wait_for 10 grep -q begun /root/said
        pkill "-${how%:*}" -x unit-helper
        wait $! && r=0 || r=$?
        is "SIG${how%:*} stops it" "$r $(grep -c interrupted /root/said)" "1 1"
        gone "an interrupted one"
done
run slow >/root/said 2>&1 &
wait_for 10 systemctl is-active pm2-fetch@1.service || wait_for 10 pgrep -f 'sleep 4711' >/dev/null
pkill -KILL -x unit-helper
wait $!
ok "the next finds the name free though the last was killed" run all --state-directory=pm2ctl/staging/1 \
        --cache-directory=pm2ctl --folder=/var/lib/pm2ctl/staging/1 --credential=/root/token
gone "the next"

# systemd replaces itself, as when it is updated
rm /root/said
run patient >/root/said 2>&1 &
wait_for 10 grep -q begun /root/said
systemctl daemon-reexec
wait $! && r=0 || r=$?
is "a new systemd ends it" "$r $(grep -c 'try again' /root/said)" "1 1"
gone "one that systemd let go"

# The sandbox, while it runs
program wait 'echo begun >&2; while [ ! -e "$STATE_DIRECTORY/end" ]; do sleep 0.05; done'
for kind in fetch:--network scripts:--scripts; do
        unit=pm2-${kind%:*}@2.service
        rm /root/said
        # shellcheck disable=SC2086
        unit-helper --uid=pm2-${kind%:*}-2 ${kind#*:} --state-directory=pm2ctl/staging/2 run $unit /usr/local/bin/wait >/root/said 2>&1 &
        wait_for 10 grep -q begun /root/said
        ok "$unit: rated 2.0 or better" systemd-analyze security --no-pager --threshold=20 "$unit"
        is "$unit: its limits" "$(systemctl show -P MemoryMax $unit) $(systemctl show -P TasksMax $unit)" "4294967296 1024"
        before=$(shown $unit)
        systemctl daemon-reload
        is "$unit: daemon-reload changes nothing" "$(diff <(echo "$before") <(shown $unit))" ""
        ok "$unit: it restarts after that" systemctl --no-block restart "$unit"
        wait_for 10 output_has 'activating' systemctl is-active $unit
        touch /var/lib/pm2ctl/staging/2/end
        wait
        rm /var/lib/pm2ctl/staging/2/end
done
# shellcheck disable=SC2016
program look 'ls /home/alice; touch /etc/x; cat /root/token; ls -A /var/lib/private/pm2ctl/staging; ls /var/cache/pm2ctl/ /var/cache/private/pm2ctl; cat </dev/tcp/127.0.0.1/$PORT; echo end'
useradd -m alice && touch /home/alice/canary
python3 -c '
import socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
while True: s.accept()[0].sendall(b"canary-network\n")' >/root/port &
server=$!
wait_for 10 test -s /root/port
sed -i "s/\$PORT/$(cat /root/port)/" /usr/local/bin/look
ok "a program with network" run look --state-directory=pm2ctl/staging/3 --network
like "has it" "$OUTPUT" canary-network
ok "one without" run look --state-directory=pm2ctl/staging/3
unlike "has none" "$OUTPUT" canary
like "sees its own staging alone" "$OUTPUT" '^(out\|)?3$'
unlike "no cache" "$OUTPUT" '^(out\|)?there$'
unlike "and nobody else's" "$OUTPUT" '^(out\|)?[12]$'
kill $server
done_testing
