#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 180
# Modules that speak to the service manager themselves (sd_notify(3)): to stay when they are stopped, to be left alone,
# to be taken for what they are not.
. "${0%/*}/unit.bash"

packages=/srv/packages

# publish NAME VERSION [FIELDS-OF-THE-APP]: a module that ends when it is told to; one that finds a file `say` among its
# data does not, and tells the manager what is in there, again and again
publish() {
        mkdir -p "$packages/$1/$2"
        printf '{"name":"%s","version":"%s","apps":[{"script":"run.py","interpreter":"python3","kill_timeout":500%s}]}\n' \
                "$1" "$2" "${3:+,$3}" >"$packages/$1/$2/package.json"
        cat >"$packages/$1/$2/run.py" <<'P'
import ctypes, os, signal, socket, sys, time
say = os.environ["HOME"] + "/say"
address = "/run/systemd/notify"
if not os.environ["HOME"].startswith("/var/lib/"):
    say = os.environ["HOME"] + "/say-" + os.environ["name"]
    address = f"/run/user/{os.getuid()}/systemd/notify"
if os.environ["name"] == "paints" and len(sys.argv) == 1:
    os.execv(sys.executable, [sys.executable, sys.argv[0], "arg\x1b[31m\u009b31m\u202e"])
if os.environ["name"] == "paints":
    ctypes.CDLL(None).prctl(15, b"\x1b[31mC\xc2\x9b", 0, 0, 0)
    print("line\u202e\u009b31m\x1b[31m", flush=True)
for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(s, lambda *_: os.path.exists(say) or sys.exit(0))
if os.path.exists(say + "-then-end"):
    os.remove(say + "-then-end")
    os.write(3, b'"ready"\n')
    time.sleep(0.3)
    sys.exit(1)
if not os.path.exists(say) or os.path.exists(say + "-ready"):
    os.write(3, b'"ready"\n')
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
while True:
    try:
        notify.sendto(open(say, "rb").read(), address)
    except OSError:
        pass
    time.sleep(0.1)
P
}
pid_of() { main_pid "pm2@$1.service"; }
says() { printf '%b' "$2" >"/var/lib/pm2ctl-data/$1/say" && chmod 644 "/var/lib/pm2ctl-data/$1/say"; }   # NAME TEXT

# The administrator opens the socket to these, so that what they say counts wherever this runs.
verbs=(stop restart set update rollback uninstall)
late=("${verbs[@]/#/late-}")
for name in "${late[@]}" late-start late-settle reloads paints; do
        publish "$name" 1.0.0
        mkdir -p "/etc/systemd/system/pm2@$name.service.d"
        printf '[Service]\nInaccessiblePaths=\n' >"/etc/systemd/system/pm2@$name.service.d/open.conf"
done
for name in late-start late-settle reloads; do
        publish "$name" 1.0.0 '"wait_ready":true,"listen_timeout":1000'
done
mkdir -p "$packages/agent/1.0.0"
echo '{"name":"agent","version":"1.0.0","apps":[{"script":"run.sh","interpreter":"bash"}]}' >"$packages/agent/1.0.0/package.json"
echo "${AGENT/do/do [ ! -e die ] || exit 174}" >"$packages/agent/1.0.0/run.sh"
serve_packages "$packages" && use_registry "$SERVED"
ok "modules are installed" pm2ctl install "${late[@]}" late-start late-settle reloads paints agent
publish late-update 1.1.0
publish late-rollback 1.1.0
ok "... one of them in two versions" pm2ctl update late-rollback
pm2ctl -q stop late-start late-settle reloads
touch /var/lib/pm2ctl-data/late-settle/say-then-end /var/lib/pm2ctl-data/reloads/say-ready

# -- the time they take
declare -A pid
says reloads 'RELOADING=1\nSTATUS=reloads'
for name in "${late[@]}" late-start late-settle; do
        pid[$name]=$(pid_of "$name")
        says "$name" EXTEND_TIMEOUT_USEC=3600000000
done
in_time() { # NAME VERB ARGUMENT...: beside others; without a limit of ours it would take an hour
        local name=$1 r=0; shift
        timeout 60 pm2ctl "$@" >"/root/said-$name" 2>&1 || r=$?
        echo "$r" >"/root/status-$name"
}
working=()
beside() { in_time "$@" & working+=($!); }
for verb in "${verbs[@]}" start; do
        if [ "$verb" = set ]; then beside set set late-set:key value; else beside "$verb" "$verb" "late-$verb"; fi
done
beside settle start late-settle
beside reloads start reloads
wait "${working[@]}"
for verb in "${verbs[@]}"; do
        is "$verb of a module that extends its time limit comes to an end" "$(cat "/root/status-$verb")" 0
        is "... with one warning" "$(grep -c 'did not stop' "/root/said-$verb")" 1
        like "... that says why" "$(cat "/root/said-$verb")" \
                "^pm2ctl: pm2@late-$verb.service did not stop within its time limit of 0.5 s, so it was killed\.$"
        fails "... and its process is gone" test -e "/proc/${pid[late-$verb]}"
done
is "start of a module that extends its time limit comes to an end" "$(cat /root/status-start)" 1
like "... with a reason" "$(cat /root/said-start)" "^pm2ctl: pm2@late-start.service did not start within its time limit of 1.0 s"
is "start of one that does so when it is restarted comes to an end" "$(cat /root/status-settle)" 1
like "... with a reason" "$(cat /root/said-settle)" "late-settle.*: it did not start in time"
is "start of one that claims to be reloading comes to an end" "$(cat /root/status-reloads)" 0
ok "... which it does" wait_for 20 output_has '^reloading$' systemctl is-active pm2@reloads.service
is "... but it runs" "$(pm2ctl jlist | json "next(m['pm2_env']['status'] for m in d if m['name'] == 'reloads')")" online
is "... list says so too" "$(pm2ctl list --json=short | json "next(m['active'] for m in d if m['name'] == 'reloads')")" active
pid[reloads]=$(pid_of reloads)
ok "... and settings" pm2ctl set reloads:key value
unlike "... restart it" "$(pid_of reloads)" "^${pid[reloads]}$"
for name in late-restart late-set late-update late-rollback; do
        ok "$name runs" systemctl is-active "pm2@$name.service"
done
is "update brought the new version" "$(pm2ctl list --json=short | json "next(m['version'] for m in d if m['name'] == 'late-update')")" 1.1.0
is "rollback the old one" "$(pm2ctl list --json=short | json "next(m['version'] for m in d if m['name'] == 'late-rollback')")" 1.0.0
fails "late-stop is stopped" systemctl is-active pm2@late-stop.service
fails "late-uninstall is gone" pm2ctl show late-uninstall
# -- what a terminal gets of their words
harmless() { # COMMAND...: nothing in what it prints is obeyed by a terminal
        test_run "$@"
        [ -n "$OUTPUT" ] && ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]' <<<"$OUTPUT"
}
texts=($'\e[31mX' $'\e]8;;http://x\aX\e]8;;\a' $'\u009b31mX' $'\u202eX' $'\e[2J\e]0;title\aX' $'\e[0;8mX' $'\bX\x7f')
shown=('\x1b[31mX' '\x1b]8;;http://x\x07X\x1b]8;;\x07' '\u009b31mX' '\u202eX' '\x1b[2J\x1b]0;title\x07X' '\x1b[0;8mX' '\x08X\x7f')
has_text() { [ "$(property pm2@paints.service StatusText)" = "$1" ]; }
on_terminal() { python3 "$TESTS/terminal.py" '' "$@"; }
for i in "${!texts[@]}"; do
        says paints "STATUS=${texts[i]}"
        wait_for 20 has_text "${texts[i]}"
        exits "status shows a module whose text is ${shown[i]}" 0 pm2ctl status --no-pager paints
        ok "... as that" grep -qF -e "Status: \"${shown[i]}\"" <<<"$OUTPUT"
        ok "... which no terminal obeys" harmless pm2ctl status --no-pager paints
        on_terminal pm2ctl status --no-pager paints >/root/seen
        ok "... on a terminal too" grep -qF -e "${shown[i]}" /root/seen
        ok "... with systemd's colours" grep -qF $'\e[0;1;32m' /root/seen
        fails "... alone" grep -qF -e "${texts[i]}" /root/seen
        ok "show prints nothing that it obeys" harmless pm2ctl show paints
done
like "nor are arguments of its processes" "$(pm2ctl status --no-pager paints)" 'arg\\033\[31m\\u009b31m\\u202e'
exits "the exit status is systemctl's" 3 pm2ctl status --no-pager paints late-stop
ok "SYSTEMD_COLORS=1 is kept" grep -qF $'\e[0;1;32m' <(SYSTEMD_COLORS=1 pm2ctl status --no-pager agent)

# -- a module without such a drop-in cannot tell the manager anything
cat >/usr/local/bin/tell <<'P'
#!/usr/bin/python3
# tell SOCKET STATE...: as any process of a unit might; fails if the manager got none
import array, os, socket, sys
sent = 0
for state in sys.argv[2:]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        try:
            s.sendmsg([state.encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))], 0, sys.argv[1])
            sent += 1
        except OSError:
            pass
sys.exit(0 if sent else 1)
P
cat >/usr/local/bin/steal <<'P'
#!/usr/bin/python3
# steal PID: looks for what a process of the same user has by all ways there are; fails if it finds nothing
import ctypes, os, sys
pid, found = int(sys.argv[1]), []
libc = ctypes.CDLL(None, use_errno=True)
pidfd = os.pidfd_open(pid)
for fd in range(64):
    for path in f"/proc/{pid}/fd/{fd}", f"/proc/{pid}/task/{pid}/fd/{fd}", f"/proc/{pid}/fdinfo/{fd}":
        try:
            os.stat(path)
            found.append(path)
        except OSError:
            pass
    if libc.syscall(438, pidfd, fd, 0) >= 0:
        found.append(f"pidfd_getfd {fd}")
for path in f"/proc/{pid}/mem", f"/proc/{pid}/root/run", f"/proc/{pid}/cwd/run", f"/proc/{pid}/environ":
    try:
        os.close(os.open(path, os.O_RDONLY))
        found.append(path)
    except OSError:
        pass
if libc.ptrace(0x4206, pid, 0, 0) == 0:   # PTRACE_SEIZE, which does not stop it
    found.append("ptrace")
print(found)
sys.exit(0 if found else 1)
P
cat >/usr/local/bin/datagrams <<'P'
#!/usr/bin/python3
# prints the datagram sockets among the descriptors that it was started with
import os, socket
for fd in range(256):
    try:
        if socket.socket(fileno=os.dup(fd)).type == socket.SOCK_DGRAM:
            print(fd)
    except OSError:
        pass
P
chmod 755 /usr/local/bin/{tell,steal,datagrams}
unit=pm2@agent.service
states=(READY=1 RELOADING=1 STOPPING=1 STATUS=theirs $'STATUS=\e]8;;http://x\atheirs' ERRNO=5 BUSERROR=org.x
        EXTEND_TIMEOUT_USEC=9000000000 WATCHDOG=trigger WATCHDOG_USEC=9000000000 WATCHDOG=1 MAINPID=1 FDSTORE=1
        $'FDSTORE=1\nFDNAME=notify' $'FDSTOREREMOVE=1\nFDNAME=notify' NOTIFYACCESS=none $'RELOADING=1\nMONOTONIC_USEC=1')
claims() {
        systemctl show $unit -p ActiveState,SubState,StatusText,StatusErrno,StatusBusError,WatchdogUSec,MainPID,NFileDescriptorStore,NotifyAccess,Result
}
metric() { # VALUE: the module says this to its bridge
        inside agent bash -c "echo '{\"type\":\"axm:monitor\",\"data\":{\"m\":{\"value\":\"$1\"}}}' >&3" &&
                wait_for 20 output_has "^m: $1\$" property $unit StatusText
}

shut_out() { # WHEN
        local before path bridge
        ok "$1: what the bridge says arrives" metric $RANDOM
        before=$(claims)
        for path in /run/systemd/notify /var/run/systemd/notify /proc/self/root/run/systemd/notify /proc/1/root/run/systemd/notify; do
                fails "$1: a module cannot reach $path" inside agent tell "$path" "${states[@]}"
        done
        fails "$1: nor can a process that it left behind" \
                inside agent bash -c '(setsid tell /run/systemd/notify STATUS=theirs; echo $? >rc) & wait; exit $(cat rc)'
        inside agent systemd-notify --status=theirs >/dev/null
        is "$1: it has no address" "$(inside agent bash -c 'echo "[$NOTIFY_SOCKET$LISTEN_FDS$LISTEN_FDNAMES$WATCHDOG_USEC]"')" "[]"
        is "$1: nor a descriptor" "$(inside agent datagrams)" ""
        bridge=$(pgrep -f '^pm2-bridge agent')
        ok "$1: root finds what its bridge has" steal "$bridge"
        fails "$1: it does not" inside agent steal "$bridge"
        is "$1: nothing has changed" "$(claims)" "$before"
}
again() { # OLD-PID
        [ "$(pid_of agent)" != "$1" ] && [ "$(pid_of agent)" != 0 ] && systemctl -q is-active $unit
}
shut_out "at first"
old=$(pid_of agent); kill -9 "$old"
ok "it is restarted automatically" wait_for 20 again "$old"
shut_out "then"
systemctl daemon-reload; systemctl daemon-reexec
ok "systemd is replaced, and a restart works" systemctl restart $unit
shut_out "then too"
old=$(pid_of agent); kill -9 "$old"
ok "and an automatic one" wait_for 20 again "$old"
ok "what the bridge says arrives" metric 42

# What the manager keeps for a unit goes when that has failed.
inside agent touch die
ok "a module ends for good" wait_for 20 systemctl is-failed $unit
rm /var/lib/pm2ctl-data/agent/die
ok "systemctl starts it again" systemctl start $unit
shut_out "after a failure"
ok "what the bridge says arrives" metric 43
ok "pm2ctl starts it too" pm2ctl restart agent
ok "what the bridge says arrives" metric 44
is "no descriptor is kept but that" "$(property $unit NFileDescriptorStore)" 1

# -- the user scope, where the socket is the user's own
add_user alice 4001
use_registry "$SERVED" /home/alice
alice() { as_user alice "$@"; }
ok "a user installs two" alice pm2ctl install late-stop paints
printf 'EXTEND_TIMEOUT_USEC=3600000000' >/home/alice/say-late-stop
printf 'STATUS=\e[31mX' >/home/alice/say-paints
ok "their words arrive" wait_for 20 output_has . alice systemctl --user show -P StatusText pm2@paints.service
exits "status shows them" 0 alice env SYSTEMD_PAGER='sed s/^/paged:/' pm2ctl status paints
like "... as they are" "$OUTPUT" 'Status: "\\x1b\[31mX"'
alice python3 "$TESTS/terminal.py" '' env SYSTEMD_PAGER='sed s/^/paged:/' pm2ctl status paints late-stop >/root/seen
like "... and on a terminal through a pager" "$(cat /root/seen)" 'paged: +Status: ".*\\x1b\[31mX'
like "... with systemctl's exit status" "$(cat /root/seen)" '^ended 0$'
ok "stop comes to an end there too" alice timeout 60 pm2ctl stop late-stop
like "... with a warning" "$OUTPUT" 'did not stop within its time limit'
done_testing
