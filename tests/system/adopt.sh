#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 150
#
# Install scripts that try to keep a hand on what becomes a release: they reach nobody to help them, and whoever holds
# something of the tree all the same can change nothing of it later. Downloads belong to an account of their own.
. "${0%/*}/lib.sh"
use_local_registry

work=/root/adopt
share=/usr/local/share
modules=/var/lib/pm2ctl/modules
mkdir -p "$work"
original='setInterval(() => {}, 1e6) // original'
pack() { # NAME COMMAND: NAME.tgz, whose install script is COMMAND
        mkdir -p "$work/package"
        printf '{ "name": "%s", "version": "1.0.0", "apps": [{ "script": "index.js" }], "scripts": { "install": "%s" } }\n' "$1" "$2" >"$work/package/package.json"
        echo "$original" | tee "$work/package/index.js" "$work/package/second.js" "$work/package/third.js" >"$work/package/fourth.js"
        tar -czf "$work/$1.tgz" -C "$work" package
        rm -rf "$work/package"
}
release() { echo "$modules/$1/current/node_modules/$1"; }   # MODULE
tampered() { grep -L original "$(release "$1")"/*.js; find "$modules/$1/releases" \( ! -user root -o -perm /022 -o ! -type d -links +1 \) ! -type l; }   # MODULE

# -- whose the downloads are
fetcher=$(id -u pm2ctl-fetch)
ok "downloads have an account of their own" test -n "$fetcher" -a "$fetcher" -lt 1000
pack whoami 'id -u >uid; stat -c %u . >>uid'
mkdir -p /var/cache/private/pm2ctl/tarballs
chmod 700 /var/cache/private
touch /var/cache/private/pm2ctl/tarballs/old
chown -R 61234:61234 /var/cache/private/pm2ctl   # as a dynamic user of pm2ctl 0.1 left it
ok "modules are installed" pm2ctl install hello "$work/whoami.tgz"
is "the cache is that account's, what was there before too" "$(find /var/cache/private/pm2ctl ! -user pm2ctl-fetch; ls /var/cache/private/pm2ctl/tarballs/old)" \
        /var/cache/private/pm2ctl/tarballs/old
ok "... and has the downloads" test "$(find /var/cache/private/pm2ctl -type f | wc -l)" -gt 1
users=$(sort -u "$(release whoami)/uid")
ok "scripts run as a user of their own, who has the tree" test "$(wc -w <<<"$users")" = 1 -a "$users" -ge 61184 -a "$users" -le 65519
userdel pm2ctl-fetch
exits "without the account nothing is fetched" 1 pm2ctl install "$work/whoami.tgz"
like "... in a sentence with the remedy" "$OUTPUT" "Failed to install '.*whoami.tgz': .*no account 'pm2ctl-fetch', .*'systemd-sysusers'"
exits "... nor looked for" 6 pm2ctl outdated
like "... in the same" "$OUTPUT" "Failed to look for newer versions: .*'systemd-sysusers'"
ok "the remedy" systemd-sysusers
ok "... is one" pm2ctl install "$work/whoami.tgz"
is "the cache is the new account's" "$(find /var/cache/private/pm2ctl ! -user pm2ctl-fetch)" ""

# -- what scripts can reach
useradd -m -u 4001 alice
mkdir -m 755 /srv/alice
chown alice /srv/alice
cat >"$share/receive.py" <<'END'
# As alice: takes what comes on sockets wherever one may be made, and keeps it.
import array, os, select, socket, sys, time
os.umask(0)
sockets = []
for path in ("/dev/shm/x.sock", "/srv/alice/x.sock", "/tmp/x.sock", "/run/lock/x.sock", "\0x.sock"):
    s = socket.socket(socket.AF_UNIX); s.bind(path); s.listen(8); sockets.append(s)
open("/dev/shm/shared", "w").write("canary")
print("listening", flush=True)
while True:
    for s in select.select(sockets, [], [])[0]:
        c, _ = s.accept()
        print("somebody came", flush=True)
        data, anc, _, _ = c.recvmsg(100, 100)
        print("got", data, [a[2] for a in anc], flush=True)
END
cat >"$share/reach.py" <<'END'
# As an install script: what it can reach, a line each.
import array, ctypes, glob, os, socket, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
def can(what, f):
    try: r = f()
    except Exception as e: r = e
    print(what, "no" if isinstance(r, Exception) or r in (None, False, -1) else "YES", r, file=out)
def send(path):
    s = socket.socket(socket.AF_UNIX); s.connect(path)
    fd = os.open("index.js", os.O_RDWR)
    s.sendmsg([b"take this"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])
    return True
out = open("reached", "w")
for path in ("/dev/shm/x.sock", "/srv/alice/x.sock", "/tmp/x.sock", "/run/lock/x.sock", "\0x.sock", "/run/dbus/system_bus_socket",
        "/run/systemd/notify", "/run/systemd/journal/socket", "/run/systemd/private"):
    can("socket " + repr(path), lambda: send(path))
can("datagram", lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"x", "/run/systemd/journal/dev-log"))
can("vsock", lambda: socket.socket(socket.AF_VSOCK))
can("memory-folder", lambda: os.listdir("/dev/shm") or False)
can("memory-segment", lambda: libc.shmget(0x4711, 4096, 0o1666))
can("semaphores", lambda: libc.semget(0x4711, 1, 0o1666))
can("queue", lambda: libc.msgget(0x4711, 0o1666))
can("posix-queue", lambda: libc.mq_open(b"/x", 0o102, 0o666, None))
can("tmp", lambda: [f for d in ("/tmp", "/var/tmp", "/run/lock") for f in os.listdir(d) if not f.startswith("pm2-fetch.")] or False)
can("descriptors", lambda: [f for f in glob.glob("/proc/[0-9]*/fd/*") if not f.startswith(f"/proc/{os.getpid()}/") and
    int(f.split("/")[2]) not in mine()] or False)
can("cache", lambda: os.listdir("/var/cache/pm2ctl/"))
can("stagings", lambda: len(os.listdir("/var/lib/private/pm2ctl/staging")) > 1)
can("modules-of-others", lambda: os.open("/var/lib/pm2ctl/modules/hello/current/x", os.O_CREAT))
def mine():
    return [int(p) for p in os.listdir("/proc") if p.isdigit() and os.stat("/proc/" + p).st_uid == os.getuid()]
END
cat >"$share/works.js" <<'END'
// As an install script: what published ones do has to work.
const { spawn, spawnSync, fork, execFileSync } = require("child_process");
const fs = require("fs"), os = require("os");
const done = {};
const write = () => fs.writeFileSync("works.json", JSON.stringify(done));
if (process.argv[2] === "child") {
        process.on("message", m => process.send({ back: m }, () => process.exit(0)));
} else {
        done.sync = execFileSync("sh", ["-c", "echo sync | cat"]).toString();
        done.status = spawnSync("sh", ["-c", "exit 3"], { stdio: ["pipe", "pipe", "pipe", "pipe"] }).status;
        done.home = os.homedir(); done.cpus = os.cpus().length > 0;
        done.python = spawnSync("python3", ["-c", "from multiprocessing import Pool\nprint(Pool(2).map(abs, [-1, -2]))"]).stdout.toString();
        const cat = spawn("cat", { stdio: ["pipe", "pipe", "inherit"] });
        cat.stdout.on("data", d => { done.pipe = d.toString(); write(); });
        cat.stdin.end("through a pipe");
        const child = fork(__filename, ["child"]);
        child.on("message", m => { done.ipc = m.back; write(); });
        child.send("over ipc");
        new (require("worker_threads").Worker)("require('worker_threads').parentPort.postMessage('worker')", { eval: true })
                .on("message", m => { done.worker = m; write(); });
}
END
setpriv --reuid 4001 --regid 4001 --clear-groups python3 "$share/receive.py" >"$work/received" 2>&1 &
wait_for 10 grep -q listening "$work/received"
pack reaches "python3 $share/reach.py; node $share/works.js"
ok "a package is installed whose scripts look around" pm2ctl install "$work/reaches.tgz"
is "they reach nothing of others'" "$(grep -v ' no ' "$(release reaches)/reached")" ""
ok "... and tried all" test "$(wc -l <"$(release reaches)/reached")" -ge 20
works=$(cat "$(release reaches)/works.json")
is "what published scripts do works" "$(json "[d[k] for k in ('sync', 'status', 'pipe', 'ipc', 'worker', 'cpus', 'python')]" <<<"$works")" \
        '["sync\n", 3, "through a pipe", "over ipc", "worker", true, "[1, 2]\n"]'
ok "with a network too" pm2ctl install --scripts-network "$work/reaches.tgz"
is "... they reach no socket" "$(grep -v ' no ' "$(release reaches)/reached" | grep -v '^stagings')" ""
is "alice got nothing" "$(cat "$work/received")" listening

# -- what is held all the same: root stands in for whoever found a way
cat >"$share/hold.py" <<'END'
# As root: holds all it can of a script's tree, and changes it when that is a release.
import glob, mmap, os, sys, time
tree, release = sys.argv[1], sys.argv[2]
while not os.path.exists(tree + "/ready"): time.sleep(0.01)
fds = [os.open(tree + "/" + f, os.O_RDWR) for f in ("index.js", "package.json")]
second = os.open(tree + "/second.js", os.O_RDWR)
memory = mmap.mmap(second, os.fstat(second).st_size, mmap.MAP_SHARED)
os.close(second)
third = os.open(tree + "/third.js", os.O_RDONLY)
os.link(tree + "/fourth.js", tree + "/../../../fourth-elsewhere")
linked = os.open(tree + "/../../../fourth-elsewhere", os.O_RDWR)
folder = os.open(tree, os.O_PATH)
open(tree + "/held", "w").close()
while not os.path.exists(release): time.sleep(0.01)
time.sleep(0.2)
for fd in fds + [linked]: os.pwrite(fd, b"TAMPERED" * 20, 0)
memory[:8] = b"TAMPERED"; memory.flush()
os.setgroups([]); os.setresgid(65500, 65500, 65500); os.setresuid(65500, 65500, 65500)
for what in (lambda: os.open(f"/proc/self/fd/{third}", os.O_WRONLY), lambda: os.open("index.js", os.O_WRONLY, dir_fd=folder),
        lambda: os.open("new.js", os.O_WRONLY | os.O_CREAT, dir_fd=folder), lambda: os.unlink("third.js", dir_fd=folder)):
    try: what(); print("could")
    except OSError as e: print("could not")
END
# shellcheck disable=SC2016
pack held 'chmod -R a+rwX .; touch ready; while [ ! -e held ]; do sleep 0.02; done; rm ready held'
hold() { # MODULE COMMAND...
        local r=0 number=1   # of the staging folder: none is in use
        python3 "$share/hold.py" "/var/lib/private/pm2ctl/staging/$number/tree/node_modules/$1" "$modules/$1/current" >"$work/held" 2>&1 &
        "${@:2}" || r=$?
        wait "$!"
        return "$r"
}
ok "a tree of which somebody holds files, memory, a link and folders is installed" hold held pm2ctl install "$work/held.tgz"
is "the holder can do nothing new" "$(cat "$work/held")" $'could not\ncould not\ncould not\ncould not'
is "... and changes nothing" "$(tampered held)" ""
is "package.json is the package's" "$(json "d['name']" <"$(release held)/package.json")" held
ok "the module runs" systemctl is-active -q pm2@held.service
# -- a script's own processes
pack daemon 'chmod 777 .; setsid -f sh -c \"trap : TERM HUP INT; exec 3<>third.js; while :; do echo TAMPERED >&3; echo TAMPERED >second.js; echo >new; done\"; sleep 0.3; echo started >started'
ok "a script that leaves a writing daemon behind" pm2ctl install "$work/daemon.tgz"
sum=$(cat "$(release daemon)"/* | sha256sum)
is "... which ended with the unit" "$(pgrep -fc TAMPERED)" 0
sleep 0.5
is "... writes nothing later" "$(cat "$(release daemon)"/* | sha256sum)" "$sum"
is "... and the release is root's" "$(find "$modules/daemon/releases" ! -user root -o -perm /022 ! -type l)" ""
ok "all can be uninstalled" pm2ctl uninstall all
done_testing
