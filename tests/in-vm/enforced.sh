#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 90
# Limits and the sandbox on a kernel with control groups of version 2: not that they are set, but that they hold.
. "${0%/*}/../system/unit.bash"

packages=/var/tmp/packages
package() { # NAME FIELDS-OF-THE-APP [FIELDS]; the program is on stdin
        mkdir -p "$packages/$1/1.0.0"
        echo "{ \"name\": \"$1\", \"version\": \"1.0.0\", \"apps\": [{ \"script\": \"run\", \"interpreter\": \"bash\"$2 }]${3:-} }" >"$packages/$1/1.0.0/package.json"
        cat >"$packages/$1/1.0.0/run"
}
group() { echo "/sys/fs/cgroup$(property "pm2@$1.service" ControlGroup)"; }   # NAME
dropin() { # NAME LINE...
        mkdir -p "/etc/systemd/system/pm2@$1.service.d"
        printf '%s\n' '[Service]' "${@:2}" >"/etc/systemd/system/pm2@$1.service.d/test.conf"
        systemctl daemon-reload && systemctl restart "pm2@$1.service"
}

package agent '' <<<"$AGENT"
package other '' <<<"$AGENT"
package hog ', "max_memory_restart": "48M"' <<<'python3 -c "x = bytearray(200 << 20); import time; time.sleep(1000)"'
ok "a registry" serve_packages "$packages"
use_registry "$SERVED"
ok "two modules" pm2ctl install agent other

# -- memory
is "the kernel knows how much memory a module may have" "$(cat "$(group agent)/memory.max")" $((4 << 30))
exits "a module that takes more than its package says does not stay up" 1 pm2ctl install --safe=20 hog
like "... for that reason" "$OUTPUT" 'it took more memory than MemoryMax= allows'
like "... which its journal has" "$(unit_journal pm2@hog.service)" 'oom-kill|OOM killer'
is "... and no program of it is left" "$(pgrep -fc 'bytearray\(200')" 0
ok "a module with a drop-in" dropin agent MemoryMax=64M
is "... may have that much" "$(cat "$(group agent)/memory.max")" $((64 << 20))

ok "... fills what is between" inside agent dd if=/dev/zero of=/dev/null bs=20M count=1
inside agent python3 -c 'x = bytearray(200 << 20)'
ok "... and is killed and started again for more" wait_for 20 bash -c '[ "$(systemctl show -P NRestarts pm2@agent.service)" -gt 0 ] && systemctl -q is-active pm2@agent.service'
like "... as its journal says" "$(unit_journal pm2@agent.service)" 'oom-kill|OOM killer'
ok "the other ran on" systemctl is-active -q pm2@other.service

# -- tasks
is "the kernel knows how many tasks it may have" "$(cat "$(group other)/pids.max")" 512
ok "a module with a drop-in for tasks" dropin agent TasksMax=30
inside agent bash -c 'for i in {1..60}; do sleep 5 & done 2>/dev/null; true' >/dev/null 2>&1
like "... was refused more" "$(cat "$(group agent)/pids.events")" '^max [1-9]'
ok "... with a drop-in of more" dropin agent TasksMax=2000
ok "... gets more" inside agent bash -c 'for i in {1..60}; do sleep 1 & done; wait'

# -- addresses, each with a server
denied="100.100.100.200 169.254.169.254 169.254.7.7 fd00:ec2::254" open="10.9.8.7 127.0.0.1"
for address in $denied 10.9.8.7; do ip addr add "$address" dev lo; done
systemd-run -q --unit=server python3 -m http.server --bind :: 8080
ok "a server" wait_for 20 bash -c ': </dev/tcp/127.0.0.1/8080'
# Which of them can be reached, all tried at once; what is denied is dropped, and waited for.
reach=$(cat <<'X'
import socket, sys, threading
def attempt(address):
    try:
        socket.create_connection((address, 8080), timeout=10)
        reached.append(address)
    except OSError:
        pass
reached, threads = [], [threading.Thread(target=attempt, args=(a,)) for a in sys.argv[1:]]
for t in threads: t.start()
for t in threads: t.join()
print(*sorted(reached))
X
)
# shellcheck disable=SC2086
reached() { "$@" python3 -c "$reach" $denied $open 2>&1; }   # BY-WHOM...
is "the host reaches all" "$(reached env)" "10.9.8.7 100.100.100.200 127.0.0.1 169.254.169.254 169.254.7.7 fd00:ec2::254"
is "a module neither link-local nor metadata addresses" "$(reached inside agent)" "10.9.8.7 127.0.0.1"
ok "a drop-in that allows one" dropin agent IPAddressAllow=169.254.169.254
is "... opens that one alone" "$(reached inside agent)" "10.9.8.7 127.0.0.1 169.254.169.254"
is "... to that module alone" "$(reached inside other)" "10.9.8.7 127.0.0.1"

# -- what a module may not do to the machine; it says which of this it may
try='try() { ! "$@" >/dev/null 2>&1 || echo "may: $*"; }
try true'
cat >/srv/probe <<X
$try
try test "\$(id -u)" = 0
try touch /etc/x
try touch /usr/x
try touch /run/x
try touch /var/lib/pm2ctl/modules/other/current/node_modules/other/x
try ls /root
try ls /home/dev
try cat /etc/pm2ctl/settings.ini
try head -c 1 /dev/nvme0n1
try dmesg
try mount -t tmpfs tmpfs /mnt
try unshare -U true
try modprobe dummy
try cat /proc/1/environ
try kill -0 $(main_pid pm2@agent.service)
try cat /proc/$(main_pid pm2@agent.service)/environ
try bash -c 'echo max >$(group other)/memory.max'
try bash -c 'echo 1 >/proc/sys/kernel/panic'
try date -s 2020-01-01
try bash -c 'cp /bin/true x && chmod u+s x && test -u x'
try systemctl stop pm2@agent.service
try python3 -c 'import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)'
try python3 -c 'import socket; socket.socket(socket.AF_VSOCK)'
try python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect("/run/systemd/private")'
# a program for the kernel, and io_uring
for call in 321 425; do
        try python3 -c "import ctypes, sys; sys.exit(ctypes.CDLL(None).syscall(\$call, 8, ctypes.create_string_buffer(240), 128) < 0)"
done
echo end
X
ok "settings of all" pm2ctl -q set --no-restart shared value
is "a module may nothing of what it tries" "$(inside other bash /srv/probe)" $'may: true\nend'

# -- install scripts
package scripted '' ', "scripts": { "postinstall": "bash ./probe >result 2>&1 || :" }' <<<'exec sleep 100000'
cat >"$packages/scripted/1.0.0/probe" <<X
$try
try touch /etc/x
try touch /usr/x
try touch /var/lib/pm2ctl/modules/x
try cat /etc/pm2ctl/settings.ini
try ls /root
try ls /var/cache/pm2ctl/.
try bash -c ': </dev/tcp/127.0.0.1/8080'
try bash -c ': </dev/tcp/169.254.169.254/8080'
try mount -t tmpfs tmpfs /mnt
try unshare -U true
try kill -0 $(main_pid pm2@agent.service)
try dmesg
try test "\$(id -u)" = 0
try python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect("/run/systemd/private")'
echo end
X
ok "a package with a script" pm2ctl install scripted
is "... which may do nothing of what it tried" "$(cat /var/lib/pm2ctl/modules/scripted/current/node_modules/scripted/result)" $'may: true\nend'

# -- the folders that all modules share
ok "a module fills the runtime folders" inside other bash -c 'dd if=/dev/zero of="$RUNTIME_DIRECTORY/fill" bs=1M || true'
is "... to the last byte" "$(df --output=avail /run/pm2ctl | tail -n 1 | tr -d ' ')" 0
ok "... which does not keep systemd from reloading" systemctl daemon-reload
ok "... nor from starting units" systemd-run -q --wait true
ok "... nor another module from running" systemctl is-active -q pm2@agent.service
ok "... and it can be stopped" pm2ctl stop other
ok "... which makes room" pm2ctl start other
done_testing
