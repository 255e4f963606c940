#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 240
# What a module gets by default of what all share: folders in memory, tasks, memory, system calls.
. "${0%/*}/unit.bash"

make_module /srv/agent agent '' "$AGENT"
make_module /srv/other other '' "$AGENT"
ok "two modules start" helper start /srv/agent /srv/other
same_after_reload "their limits" pm2@agent.service
is "tasks are limited" "$(property pm2@agent.service TasksMax)" 512
is "memory is limited" "$(property pm2@agent.service MemoryMax)" $((4 << 30))

# io_uring makes sockets that RestrictAddressFamilies= refuses.
for call in 425 426 427; do
        ok "system call $call, of io_uring, gets EPERM" inside agent python3 -c "
import ctypes, errno, sys
libc = ctypes.CDLL(None, use_errno=True)
r = libc.syscall($call, 8, ctypes.create_string_buffer(240), 0, 0, 0, 0)
sys.exit(0 if r < 0 and ctypes.get_errno() == errno.EPERM else 1)"
done
ok "node reads files without it" inside agent node -e '
require("fs").promises.readFile("/etc/passwd").then((b) => process.exit(b.length ? 0 : 1))'

# fill FOLDER MEGABYTES; flood FOLDER FILES: as a module; they fail where a limit is met
fill() { inside agent dd if=/dev/zero "of=$1/fill" bs=1M "count=$2"; }
flood() { inside agent python3 -c "
for i in range($2): open('$1/%d' % i, 'w').close()"; }

ok "/dev/shm is there to be used" inside agent touch /dev/shm/x
fails "another module does not see it" inside other test -e /dev/shm/x
fails "nor does the host" test -e /dev/shm/x
fails "/dev/shm cannot be filled past 64 MiB" fill /dev/shm 65
fails "nor with files" flood /dev/shm 5000
ok "another module still has room there" inside other touch /dev/shm/y
fails "/run/lock cannot be filled past 1 MiB" fill /run/lock 2
fails "nor with files" flood /run/lock 300
ok "the host still has room there" touch /run/lock/y
fails "a module writes to nothing else in /run" inside agent touch /run/x

# Wherever else a module can write; docs/SECURITY.md says what bounds each.
writable() {
        inside agent python3 -c '
import os, tempfile
mounts = [line.split() for line in open("/proc/self/mountinfo")]
for mount in (m[4] for m in mounts if "rw" in m[5].split(",") and "proc" not in m):
    for root, folders, _ in os.walk(mount):
        try:
            os.unlink(tempfile.mkstemp(dir=root)[1])
            print(root)
            folders[:] = []
        except OSError:
            pass' | sort -u | tr '\n' ' '
}
inside agent sh -c 'rm -rf /dev/shm/* /run/lock/*'
is "a module writes to no other folder" "$(writable)" \
        '/dev/mqueue /dev/shm /run/lock /run/pm2ctl/agent /tmp /var/lib/private/pm2ctl-data/agent /var/tmp '

# The runtime folder is on a file system apart from systemd's.
is "runtime folders have a file system of their own" "$(findmnt -no FSTYPE /run/pm2ctl)" tmpfs
like "with a limit and without programs" "$(findmnt -no OPTIONS /run/pm2ctl)" 'noexec.*size=65536k,nr_inodes=16384'
mount -o remount,size=100M /run
fails "a runtime folder cannot take all of /run" fill /run/pm2ctl/agent 90
ok "systemd reloads" systemctl daemon-reload
ok "and starts units" systemd-run --wait true
inside agent rm /run/pm2ctl/agent/fill
fails "nor all its inodes" flood /run/pm2ctl/agent 40000
ok "systemd reloads then" systemctl daemon-reload
ok "and starts units then" systemd-run --wait true
ok "a full one does not stop its module from being stopped" helper stop pm2@agent.service
fails "what it wrote is gone" test -e /run/pm2ctl/agent
ok "others start again" helper start /srv/other

# What pm2ctl(1), LIMITS, opens, with the lines that stand there, and what `show` says of it.
make_module /srv/opened opened '' "$AGENT"
ok "a package of the module" pm2ctl package /srv/opened
ok "is installed" pm2ctl install ./opened-1.0.0.tgz
limit() { pm2ctl show opened --json=short | json "d['limits']$1"; }
is "show: tasks" "$(limit '["tasks"]')" 512
is "show: memory" "$(limit '["memory"]')" $((4 << 30))
is "show: folders" "$(limit '["folders"]')" "{\"/dev/shm\": $((64 << 20)), \"/run/lock\": $((1 << 20))}"
is "show: runtime folders" "$(limit '["runtime"]')" $((64 << 20))
is "show: io_uring" "$(limit '["io_uring"]')" false
is "show: files" "$(limit '["files"]')" "$(property pm2@opened LimitNOFILE)"
is "show: addresses" "$(limit '["addresses_denied"]')" \
        '["100.100.100.200/32", "169.254.0.0/16", "192.0.0.192/32", "fd00:ec2::254/128", "fd20:ce::254/128", "fe80::/10"]'
is "show: no more" "$(limit '["addresses_allowed"]') $(limit '["cpu_percent"]') $(limit '["memory_high"]')" "[] null null"
shown=$(pm2ctl show opened)
like "in text: tasks" "$shown" '^  tasks = 512$'
like "in text: memory" "$shown" '^  memory = 4\.0G$'
like "in text: runtime folders" "$shown" '^  runtime folders = 64\.0M, of all modules together$'
like "in text: io_uring" "$shown" '^  io_uring = denied$'

limits_of_manual() { sed -n '/^\.SH LIMITS/,/^\.SH EXAMPLES/p' "$TESTS/../man/pm2ctl.1" | sed 's/\\-/-/g'; }
# opening REGEX: the lines of that chapter from the first that matches on, as far as they are of the same property
opening() {
        limits_of_manual | grep -E '^[A-Z][A-Za-z]*=' |
                awk -v regex="$1" '!found && $0 ~ regex { found = 1; split($0, name, "=") }
                        found && ended == 0 { if (index($0, name[1] "=") != 1 || (n++ && $0 ~ /=$/)) ended = 1; else print }'
}
open_by() { # LINES: as a drop-in
        mkdir -p /etc/systemd/system/pm2@opened.service.d
        printf '[Service]\n%s\n' "$1" >/etc/systemd/system/pm2@opened.service.d/open.conf
        ok "pm2ctl(1): $(head -n 1 <<<"$1") …" pm2ctl restart opened
}

open_by "$(opening ^TasksMax)"
is "... tasks" "$(limit '["tasks"]')" 2000
open_by "$(opening ^MemoryMax)"
is "... memory" "$(limit '["memory"]')" $((8 << 30))
systemctl set-property --runtime pm2.slice MemoryMax=1G MemoryHigh=900M
is "... but not more than its slice may have" "$(limit '["memory"]')" $((1 << 30))
is "... nor without being throttled as that is" "$(limit '["memory_high"]')" $((900 << 20))
systemctl set-property --runtime pm2.slice MemoryMax=infinity MemoryHigh=infinity
open_by $'MemoryMax=infinity\nTasksMax=infinity\nCPUQuota=50%'
is "... unlimited, both" "$(limit '["memory"]') $(limit '["tasks"]')" "null null"
is "... CPU" "$(limit '["cpu_percent"]')" 50
like "... as text" "$(pm2ctl show opened)" '^  memory = unlimited$'

# What comes of a module that takes more: it is held, others are not, and show says which limit it was.
open_by $'MemoryMax=64M\nMemorySwapMax=0\nTasksMax=50'
fails "a fork bomb is refused" inside opened python3 -c '
import os, time
for i in range(100):
    if os.fork() == 0: time.sleep(10), os._exit(0)'
like "... as too many" "$OUTPUT" 'Resource temporarily unavailable'
ok "... the host starts processes" sh -c true
ok "... show names the limit" test "$(limit '["tasks_refused"]')" -gt 0
like "... in text too" "$(pm2ctl show opened)" '^  refused to start a process or thread = [0-9]+ times \(task limit\)$'
printf '%s\n' 'x = bytearray(200 << 20)' >/var/lib/pm2ctl-data/opened/hog.py
pid=$(main_pid pm2@opened)
printf 'python3 hog.py' >/var/lib/pm2ctl-data/opened/command
touch /var/lib/pm2ctl-data/opened/go
if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then   # there OOMPolicy=stop ends the unit, which starts again
        ok "a module that takes too much memory is ended" wait_for 30 output_has 'oom-kill' unit_journal pm2@opened.service
        ok "... and started again" wait_for 30 eval '[ "$(main_pid pm2@opened)" -ne 0 ] && [ "$(main_pid pm2@opened)" != "$pid" ]'
else
        ok "what takes too much memory is killed" wait_for 30 eval '[ "$(limit "[\"memory_kills\"]")" = 1 ]'
        like "... which show says" "$(pm2ctl show opened)" '^  processes killed = 1 \(memory limit\)$'
fi

open_by "$(opening io_uring_setup)"
is "... io_uring" "$(limit '["io_uring"]')" true
for call in 425 426 427; do
        ok "... system call $call gets no EPERM" inside opened python3 -c "
import ctypes, errno, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall($call, -1, None, 0, 0, 0, 0)
sys.exit(ctypes.get_errno() == errno.EPERM)"
done

open_by "$(opening ^TemporaryFileSystem=)"
is "... folders" "$(limit '["folders"]')" "{\"/dev/shm\": $((1 << 30)), \"/run/lock\": $((1 << 20))}"
ok "... /dev/shm has room" inside opened dd if=/dev/zero of=/dev/shm/fill bs=1M count=65
ok "... /run/lock is writable" inside opened touch /run/lock/z
fails "... and not the host's" test -e /dev/shm/fill
open_by "$(opening '^TemporaryFileSystem=$' | head -n 1)"
is "... folders of the system" "$(limit '["folders"]')" '{}'
ok "... /dev/shm is the host's" inside opened touch /dev/shm/z
ok "... which sees it" test -e /dev/shm/z

open_by "$(opening ^IPAddressAllow)"
is "... addresses" "$(limit '["addresses_allowed"]')" '["169.254.169.254/32"]'
if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then
        is "... all is enforced" "$(limit '["not_enforced"]')" '[]'
else
        is "... where nothing enforces it, show says so" "$(limit '["not_enforced"]')" '["addresses_denied"]'
fi

# Name servers at link-local addresses are allowed, unless credentials are handed out there too. Here the second version
# of control groups, which it takes to filter packets, is made believe where it is not there.
if [ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ]; then
        mount -o remount,rw /sys/fs/cgroup
        mkdir -p /sys/fs/cgroup/pm2.slice/pm2@opened.service
        echo 'populated 1' >/sys/fs/cgroup/pm2.slice/pm2@opened.service/cgroup.events
fi
ask() { # NAMESERVER...: who is asked for names
        printf 'nameserver %s\n' "$@" >/root/resolv.conf
        mount --bind /root/resolv.conf /etc/resolv.conf
        ok "name servers $*" pm2ctl restart opened
        umount /etc/resolv.conf
}
[ -e /etc/resolv.conf ] || touch /etc/resolv.conf
warning='pm2@opened.service cannot resolve names: .* the only name server, [^ ]*, .*systemctl edit.*IPAddressAllow='
ask 169.254.169.254
unlike "... a drop-in allows it: no warning" "$OUTPUT" "$warning"
rm /etc/systemd/system/pm2@opened.service.d/open.conf
ask 169.254.169.254
like "... the metadata service: a warning" "$OUTPUT" "${warning}169.254.169.254"
is "... it is not allowed" "$(limit '["addresses_allowed"]')" '[]'
ask fe80::a9fe:a9fe%lo
like "... over IPv6: a warning" "$OUTPUT" "${warning}fe80::a9fe:a9fe"
ask 169.254.169.253 fe80::1%lo
unlike "... no metadata service: no warning" "$OUTPUT" "$warning"
is "... they are allowed" "$(limit '["addresses_allowed"]')" '["169.254.169.253/32", "fe80::1/128"]'
ask 192.0.2.1 169.254.169.254
unlike "... another can be asked: no warning" "$OUTPUT" "$warning"
is "... and nothing is allowed" "$(limit '["addresses_allowed"]')" '[]'
ask 127.0.0.53
unlike "... systemd-resolved: no warning" "$OUTPUT" "$warning"
[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] || rm -rf /sys/fs/cgroup/pm2.slice

mkdir -p /etc/systemd/system/run-pm2ctl.mount.d
limits_of_manual | grep -A 1 '^\[Mount\]' >/etc/systemd/system/run-pm2ctl.mount.d/open.conf
pid=$(main_pid pm2@opened)
ok "pm2ctl(1): the runtime folders' file system" eval 'systemctl daemon-reload && systemctl reload run-pm2ctl.mount'
is "... is larger" "$(limit '["runtime"]')" $((256 << 20))
is "... and nothing was restarted" "$(main_pid pm2@opened)" "$pid"

# The runtime folders' file system is full: who says so, and what goes on.
mount -o remount,size=64M /run/pm2ctl
use_local_registry
ok "a module with metrics and actions" pm2ctl install sends
ok "... each second" pm2ctl set sends:metrics true
beats() { pm2ctl show sends --json=short | json 'd["monitor"]["beats"]["value"]'; }
ok "... which show has" wait_for 20 output_has '^[0-9]+$' beats
full="The file system of /run/pm2ctl is full: .* Module 'opened' has most of it, "
fails "another fills it with bytes" inside opened dd if=/dev/zero of=/run/pm2ctl/opened/fill bs=1M count=100
unwritten() { unit_journal pm2@sends.service | grep -c 'Failed to write the metrics to the runtime directory.*No space left on device'; }
ok "... the bridge says so" wait_for 20 output_has '^1$' unwritten
ok "... show too" pm2ctl show sends
like "... and who it is" "$OUTPUT" "${full}65[0-9]* KiB in 3 files; 'pm2ctl stop opened' makes room"
ok "... actions work" pm2ctl trigger sends action-0
ok "... modules start" pm2ctl restart sends
like "... with a warning" "$OUTPUT" "$full"
ok "... which its bridge says, too" wait_for 20 output_has '^2$' unwritten
inside opened rm /run/pm2ctl/opened/fill
ok "with room again metrics are written" wait_for 20 beats
is "and nothing was said each second" "$(unwritten)" 2
unlike "nor is any more" "$(pm2ctl show sends 2>&1)" "$full"
inside opened python3 -c '
import os, time
os.chdir("/run/pm2ctl/opened")
end = time.monotonic() + 3   # what others are just replacing makes room again
while time.monotonic() < end:
    try:
        os.mkdir("d"), os.chdir("d")
    except OSError:
        time.sleep(0.05)'
exits "a module of many folders lets no new one start" 1 pm2ctl install @acme/tool
like "... which says why" "$OUTPUT" '@acme/tool 1.0.0 did not start: its runtime directory cannot be created'
like "... and who it is" "$OUTPUT" "${full}[0-9]* KiB in 16[0-9]* files; 'pm2ctl stop opened' makes room"
ok "... actions work" pm2ctl trigger sends action-0
ok "... it is stopped" pm2ctl stop opened
fails "... and nothing of it is left" test -e /run/pm2ctl/opened
ok "... and the other starts" pm2ctl start @acme/tool
ok "... it too" pm2ctl start opened

ok "a module is stopped" pm2ctl stop opened
is "what would hold is not known" "$(limit '')" null
like "... which show says" "$(pm2ctl show opened)" '^Limits: its unit is not loaded; .*$'

addresses=$(property pm2@agent.service IPAddressDeny; property pm2@other.service IPAddressDeny)
for prefix in 169.254.0.0/16 192.0.0.192/32 100.100.100.200/32 fe80::/10 fd00:ec2::254/128 fd20:ce::254/128; do
        like "$prefix is denied" "$addresses" "(^| )$prefix( |$)"
done
done_testing
