#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 240
#
# The main job on real input: published modules, from the registry, supervised, and what they say recorded.
. "${0%/*}/lib.sh"
real_registry || skip_all "$REASON"

monit=pm2@pm2-server-monit.service
show() { pm2ctl show "$1" --json=short; }
option() { show pm2-server-monit | json "d['options']$1"; }
# the number in a metric's value, which is text as often as not
metric() { show pm2-server-monit | json "d['monitor']['$1']['value']" 2>/dev/null | tr -cd '0-9.\n'; }

# pm2-server-monit's pattern for what ip prints is older than Debian 12's ip, so it finds no interface; without ip it
# takes ifconfig, which it understands
mkdir -p /etc/systemd/system/$monit.d
printf '[Service]\nInaccessiblePaths=-/usr/bin/ip -/usr/sbin/ip\n' >/etc/systemd/system/$monit.d/ifconfig.conf
systemctl daemon-reload

# -- pm2ctl(1)'s examples that root types: each prints what stands below it, but for the numbers
examples() { sed -n '/^\.SH EXAMPLES/,/^\.SH SEE/{/^\.EX/,/^\.EE/{/^\./!p}}' "$TESTS/../man/pm2ctl.1" |
        sed 's/\\-/-/g; s/\\\[u2026\]/…/g; s/\\(aq/'\''/g'; }
plain() { grep -v '^pm2ctl: resolved ' | sed -E 's/[0-9]+(\.[0-9]+)*([KM]|s|min)?( s)?/N/g; s/ +/ /g'; }
example='' printed=''
while IFS= read -r line; do
        case $line in
        [#$]' '*)
                [ -z "$printed" ] || is "... as the manual page says" "$(plain <<<"$OUTPUT")" "$(plain <<<"${printed%?}")"
                example=${line#\# } printed=''
                # shellcheck disable=SC2086 # words
                case $example in
                '$ '*|'systemctl edit'*) example='';;
                'systemctl start'*) fails "$example" $example;;
                *) ok "$example" $example;;
                esac;;
        *) [ -z "$example" ] || printed+=$line$'\n';;
        esac
done < <(examples)
is "the manual page has such examples" "$((test_count > 15))" 1

ok "pm2-sysmonit" pm2ctl install pm2-sysmonit
for module in pm2-server-monit pm2-sysmonit; do
        ok "$module runs" systemctl is-active -q "pm2@$module.service"
        pid=$(systemctl show -P MainPID "pm2@$module.service")
        is "... as node" "$(cat "/proc/$pid/comm")" node
        like "... in pm2.slice" "$(systemctl status --no-pager "pm2@$module.service")" 'CGroup: /pm2.slice/pm2@'
done

ok "settings" pm2ctl set pm2-server-monit:drive / pm2-server-monit:cpu_refresh_rate 1 pm2-server-monit:network_refresh_rate 1 pm2-server-monit:extra:deep yes
ok "are in the configuration it reports" wait_for 20 output_has '^yes$' option "['extra']['deep']"
is "... at the top level too" "$(option "['drive']")" /
is "... under its own name" "$(option "['module_name']")" pm2-server-monit
nine='["disk usage", "ifconfig", "open ports", "processes/users", "top cpu consuming", "top mem consuming", "uptime", "vmstats", "who"]'
actions() { show "$1" | json "sorted(a['action_name'] for a in d['actions'] if not a['action_name'].startswith('km:'))"; }
has_nine() { [ "$(actions pm2-server-monit)" = "$nine" ]; }
ok "its nine actions are recorded" wait_for 20 has_nine
like "pm2-sysmonit's action is recorded" "$(actions pm2-sysmonit)" '"'
ok "the journal has what it said, for people" output_has '^Configuration: ' unit_journal "$monit"
ok "the status text is live" wait_for 30 output_has 'Status: ".*CPU usage: [0-9]' systemctl status --no-pager "$monit"

# true values, through the sandbox: what /proc says outside at the same time
near() { # DESCRIPTION GOT WANTED TOLERANCE
        ok "$1 (reported $2, outside $3)" \
                python3 -c 'import sys; g, w, t = map(float, sys.argv[1:]); sys.exit(not abs(g - w) <= t)' "$2" "$3" "$4"
}
ok "the network is measured" wait_for 30 output_has '[0-9]' metric 'network in'
busy() { awk '/^cpu / { print $2 + $3 + $4 + $7 + $8, $2 + $3 + $4 + $5 + $6 + $7 + $8 }' /proc/stat; }
received() { awk -F '[: ]+' '$2 != "lo" && NR > 2 { sum += $3 } END { printf "%.0f\n", sum }' /proc/net/dev; }
# A download comes in bursts, and the module reports what came in its last second: so the means of a time that holds all of it
# are compared.
read -r b1 t1 < <(busy); seen=()
for i in {1..12}; do
        seen+=("$(received):${EPOCHREALTIME/./}:$(metric 'network in')")
        [ "$i" -ne 2 ] || {
                (cd /tmp && for _ in 1 2 3; do npm pack --silent --cache "$(mktemp -d)" typescript; done) >/dev/null 2>&1 &
                download=$!
        }
        sleep 1
done
read -r b2 t2 < <(busy)
cpu=$(metric 'CPU usage')
kill "$download" 2>/dev/null
near "the processor's use is true" "$cpu" "$((100 * (b2 - b1) / (t2 - t1 + 1)))" 40
ok "the network's use is true" python3 -c '
import sys
seen = [tuple(map(float, word.split(":"))) for word in sys.argv[1:]]
outside = (seen[-1][0] - seen[0][0]) / (seen[-1][1] - seen[0][1])
reported = sum(s[2] for s in seen[1:]) / (len(seen) - 1)
print(f"{reported:.2f} MB/s reported, {outside:.2f} outside", file=sys.stderr)
sys.exit(not outside > 0 or abs(reported - outside) > max(3, outside / 2))' "${seen[@]}"
echo "# $OUTPUT"
near "the memory's size is true, in GB" "$(metric 'Total memory')" \
        "$(awk '/^MemTotal/ { print $2 * 1024 / 1e9 }' /proc/meminfo)" 0.02
near "... and its use" "$(metric 'Used memory')" \
        "$(awk '/^MemTotal/ { t = $2 } /^MemFree/ { f = $2 } /^MemAvailable/ { a = $2 } END { print (t - (a + f) / 2) * 1024 / 1e9 }' \
                /proc/meminfo)" "$(awk '/^MemFree/ { f = $2 } /^MemAvailable/ { a = $2 } END { print (a - f) * 512 / 1e9 + 1.5 }' /proc/meminfo)"
near "the disk's size is true, in GB" "$(metric 'Total Disk space')" \
        "$(df --output=size -B1 / | tail -n 1 | awk '{ print $1 / 1e9 }')" 1
near "... and the part of it that is free" "$(metric 'Avail. Disk')" \
        "$(df --output=avail,size -B1 / | tail -n 1 | awk '{ print 100 * $1 / $2 }')" 3
exposure=$(systemd-analyze security --no-pager --threshold=100 "$monit" | sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p')
ok "... though systemd-analyze says $exposure" python3 -c 'import sys; sys.exit(not float(sys.argv[1]) <= 2.0)' "$exposure"

# each of them, and what an answer looks like
while IFS='|' read -r module action pattern; do
        ok "'$action' of $module answers" pm2ctl trigger "$module" "$action" --timeout=60
        like "... as it should" "$OUTPUT" "$pattern"
done <<'END'
pm2-server-monit|top cpu consuming|"pid"|PID|node
pm2-server-monit|top mem consuming|"pid"|PID|node
pm2-server-monit|vmstats|free|swpd
pm2-server-monit|processes/users|root
pm2-server-monit|disk usage|%
pm2-server-monit|who|^
pm2-server-monit|uptime|load average
pm2-server-monit|open ports|.
pm2-server-monit|ifconfig|lo
pm2-sysmonit|info|.
END
is "... and that was all of them" "$(actions pm2-server-monit; actions pm2-sysmonit)" "$nine"$'\n''["info"]'

# what its metrics say changes, but not every second: each look at them counts that differs from the one before
seconds=15
[ -z "${PM2CTL_TEST_THOROUGH:-}" ] || seconds=120
journalctl --sync
before=$(journalctl -u "$monit" -o cat --no-pager | wc -l)
changes=0 last=
for ((i = 0; i < seconds; i++)); do
        now=$(systemctl show -P StatusText "$monit")
        [ "$now" = "$last" ] || changes=$((changes + 1))
        last=$now
        sleep 1
done
ok "its metrics in systemctl status change from second to second ($changes times in $seconds s)" test $((changes * 2)) -gt "$seconds"
journalctl --sync
is "and add nothing to the journal" "$(journalctl -u "$monit" -o cat --no-pager | wc -l)" "$before"
for module in pm2-server-monit pm2-sysmonit; do
        size=$(anonymous_kib "$(pgrep -f "^pm2-bridge.$module\$")")
        ok "the bridge of $module has $size KiB of its own" test "$size" -le 1024
done
done_testing
