#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 240
# What a module gets by default of what all share: folders in memory, tasks, memory, system calls.
. "${0%/*}/unit.bash"

make_module /srv/agent agent '' "$AGENT"
make_module /srv/other other '' "$AGENT"
make_module /srv/opened opened '' "$AGENT"
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

# The runtime folder is on a file system apart from systemd's.
is "runtime folders have a file system of their own" "$(findmnt -no FSTYPE /run/pm2ctl)" tmpfs
like "with a limit and without programs" "$(findmnt -no OPTIONS /run/pm2ctl)" 'noexec.*size=65536k,nr_inodes=32768'
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

# A drop-in opens each.
mkdir -p /etc/systemd/system/pm2@opened.service.d
cat >/etc/systemd/system/pm2@opened.service.d/open.conf <<X
[Service]
TasksMax=infinity
MemoryMax=infinity
SystemCallFilter=@io-event io_uring_setup
TemporaryFileSystem=
IPAddressDeny=
X
ok "a module with a drop-in starts" helper start /srv/opened
is "tasks are as the drop-in says" "$(property pm2@opened.service TasksMax)" infinity
is "memory too" "$(property pm2@opened.service MemoryMax)" infinity
is "addresses too" "$(property pm2@opened.service IPAddressDeny)" ""
like "the filter too" "$(property pm2@opened.service SystemCallFilter)" '\bio_uring_setup\b'
ok "its /dev/shm is the host's" inside opened touch /dev/shm/z
ok "which sees it" test -e /dev/shm/z

addresses=$(property pm2@agent.service IPAddressDeny; property pm2@other.service IPAddressDeny)
for prefix in 169.254.0.0/16 192.0.0.192/32 100.100.100.200/32 fe80::/10 fd00:ec2::254/128 fd20:ce::254/128; do
        like "$prefix is denied" "$addresses" "(^| )$prefix( |$)"
done
done_testing
