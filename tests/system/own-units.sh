#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
# The units in which pm2ctl itself runs as root: the start at boot, watches, timers. What they may not do, tried from
# inside each; and that they still do their work.
. "${0%/*}/unit.bash"

useradd -m -u 4100 dev
chmod 700 /home/dev
install -d -o dev /home/dev/m
cat >/home/dev/m/package.json <<'X'
{ "name": "m", "apps": [ { "script": "run", "cron_restart": "0 0 1 1 *" } ] }
X
printf '#!/bin/bash\necho "starts by $(id -un)"; exec sleep 10000\n' >/home/dev/m/run
chmod 755 /home/dev/m/run
useradd -m -u 4101 other
setpriv --reuid other sleep 10000 &
echo $! >/usr/local/lib/others

cat >/usr/local/bin/probe <<'X'
#!/usr/bin/python3
import ctypes, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
other = int(open("/usr/local/lib/others").read())

def system_call(name, *args):
    if getattr(libc, name)(*args) < 0:
        raise OSError(ctypes.get_errno(), name)

def priority(*args):
    os.setpriority(os.PRIO_PROCESS, 0, -5)

def as_dev():
    if os.fork() == 0:
        os.setgroups([]), os.setresgid(4100, 4100, 4100), os.setresuid(4100, 4100, 4100)
        open("/home/dev/m/package.json").close()
        os._exit(0)
    assert os.wait()[1] == 0

held = {
    **{"write to " + folder: lambda folder=folder: open(folder + "/probe", "w") for folder in
       ["/etc", "/etc/pm2ctl", "/usr", "/home", "/home/dev", "/home/dev/m", "/root", "/srv", "/opt", "/run", "/run/pm2ctl",
        "/run/systemd", "/run/lock", "/dev/shm", "/var", "/var/lib", "/var/log", "/var/cache", "/sys/kernel", "/proc/sys/kernel"]},
    "open a socket of IPv4": lambda: socket.socket(socket.AF_INET),
    "open a socket of IPv6": lambda: socket.socket(socket.AF_INET6),
    "open a socket of netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "read another user's environment": lambda: open("/proc/%d/environ" % other).read(),
    "signal another user's process": lambda: os.kill(other, 0),
    "open a disk": lambda: open("/dev/loop0"),
    "make a device": lambda: os.mknod("/var/lib/pm2ctl/probe-device", 0o60600, os.makedev(7, 0)),
    "make a file set-uid": lambda: os.chmod("/var/lib/pm2ctl/probe", 0o4755),
    "give a file away": lambda: os.chown("/var/lib/pm2ctl/probe", 4101, 4101),
    "mount": lambda: system_call("mount", b"none", b"/mnt", b"tmpfs", 0, None),
    "make a namespace": lambda: system_call("unshare", 0x10000000),
    "change the host's name": lambda: system_call("sethostname", b"x", 1),
    "set the clock": lambda: system_call("settimeofday", (ctypes.c_long * 2)(0, 0), None),
    "change the root": lambda: os.chroot("/var"),
    "run before others": priority,
    "load a module of the kernel": lambda: system_call("syscall", 175, 0, 0, 0),
    "trace": lambda: system_call("ptrace", 16, other, 0, 0),
}
works = {
    "write to the modules' folder": lambda: open("/var/lib/pm2ctl/probe", "w").close(),
    "become the user of a linked folder": as_dev,
    "look up a user": lambda: __import__("pwd").getpwnam("dev"),
}
for name, attempt in works.items():
    try:
        attempt()
        print("can", name)
    except (OSError, AssertionError) as e:
        print("CANNOT", name, e)
for name, attempt in held.items():
    try:
        attempt()
        print("MAY", name)
    except OSError as e:
        print("may not", name, e)
print("probed", len(works) + len(held))
X
chmod 755 /usr/local/bin/probe

for unit in pm2-modules pm2-watch@m pm2-cron@m; do
        mkdir -p "/etc/systemd/system/$unit.service.d"
        printf '[Service]\nExecStartPre=/usr/local/bin/probe\n' >"/etc/systemd/system/$unit.service.d/probe.conf"
done
systemctl daemon-reload

started() { unit_journal pm2@m.service | grep -c '^starts by dev$'; }
ok "a linked folder" pm2ctl install /home/dev/m
ok "... runs" wait_for 10 output_has '^1$' started
ok "... is watched" systemctl is-active -q pm2-watch@m.service
echo '# changed' >>/home/dev/m/run
ok "... and runs again when it has changed" wait_for 20 output_has '^2$' started
ok "the clock" systemctl start pm2-cron@m.service
ok "... has it run again" wait_for 10 output_has '^3$' started
ok "a stopped one" systemctl stop pm2@m.service
ok "... is started by the service for boot" systemctl start pm2-modules.service
ok "... as its user" wait_for 10 output_has '^4$' started

for unit in pm2-modules pm2-watch@m pm2-cron@m; do
        probed=$(unit_journal "$unit.service")
        like "$unit: probed" "$probed" '^probed 40$'
        is "$unit: nothing that it may not do is open" "$(grep '^MAY ' <<<"$probed")" ""
        is "$unit: what its work takes is" "$(grep -E '^CANNOT |Traceback' <<<"$probed")" ""
        ok "$unit: systemd-analyze rates it at 1.5 or better" systemd-analyze security --no-pager --threshold=15 "$unit.service"
done
rm /etc/systemd/system/pm2-watch@m.service.d/probe.conf
systemctl daemon-reload
same_after_reload "the watch" pm2-watch@m.service
echo '# changed' >>/home/dev/m/run
ok "... watches" wait_for 20 output_has '^5$' started

# a private /tmp is named after its unit, which a file's name has no room for here
long=$(printf 'l%.0s' {1..187})
install -d -o dev /home/dev/long
sed "s/\"m\"/\"$long\"/" /home/dev/m/package.json >/home/dev/long/package.json
cp -p /home/dev/m/run /home/dev/long
ok "a module of a long name" pm2ctl install /home/dev/long
ok "... is watched" systemctl is-active -q "pm2-watch@$long.service"
ok "... and restarted by the clock" systemctl start "pm2-cron@$long.service"

# -- what an administrator masked or stopped
ok "it is stopped" pm2ctl -q stop m
ok "its unit is masked" systemctl mask --quiet pm2@m.service
exits "start says so" 1 pm2ctl start m
like "... with the remedy" "$OUTPUT" "m did not start: the unit pm2@m.service is masked; run 'systemctl unmask pm2@m.service'"
ok "at boot it is not a failure" systemctl restart pm2-modules.service
like "... but said" "$(journalctl --sync; journalctl -o cat -u pm2-modules.service -n 5)" 'm is not started: the unit pm2@m.service is masked'
ok "it is unmasked" systemctl unmask --quiet pm2@m.service
ok "... and starts" pm2ctl start m
unlike "while the relay runs, list says nothing of it" "$(pm2ctl list 2>&1)" 'pm2-axm-relay'
systemctl stop pm2-axm-relay.service
like "without the relay list says that records are old" "$(pm2ctl list 2>&1)" "pm2-axm-relay.service does not run, .*systemctl start pm2-axm-relay"
like "... and show" "$(pm2ctl show m 2>&1)" 'pm2-axm-relay.service does not run'

# -- a unit whose module is gone
mv /var/lib/pm2ctl/modules/m /root/gone
like "list tells of a unit whose module is gone" "$(pm2ctl list 2>&1)" "pm2@m.service runs, but no module 'm' is installed; run 'systemctl stop pm2@m.service'"
mv /root/gone /var/lib/pm2ctl/modules/m
unlike "... and not of one that is there" "$(pm2ctl list 2>&1)" 'is installed; run'
done_testing
