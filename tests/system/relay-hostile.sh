#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 240
#
# A module that does its worst: the relay stays up and small, and the others' records are right.
. "${0%/*}/lib.sh"
. "${0%/*}/relay.bash"

cat >/opt/hostile.py <<'EOF'
import json, os, random, socket, sys, time

def flood(seconds, rate):
    """lines at this rate, of every kind that costs the reader something"""
    big = {"k%d" % i: {"x": "y" * 20} for i in range(300)}
    kinds = [b"an ordinary line of text, as long as they are\n",
             b'{"type":"axm:action","data":{"action_name":"same"}}\n',
             b'{"type":"axm:monitor","data":{"n":{"value":%d}}}\n',
             b'{"type":"human:event","data":{"a":1}}\n',
             b'{"type":"x","data":' + b"[" * 1000 + b"\n",
             b'{"type":"axm:option:configuration","data":{"a":"\xff\xfe\x80"}}\n',
             b'{"type":"axm:option:configuration","data":{"\\u001b[2J\\u0007":"\\u001b]0;x\\u0007"}}\n',
             b'{"type":"axm:action","data":{"action_name":"%d"}}\n',
             b'{"type":"process:exception","data":{"message":"%d"}}\n']
    out = open(1, "wb", buffering=0)
    start, sent = time.monotonic(), 0
    while (now := time.monotonic() - start) < seconds:
        batch = []
        while sent < now * rate and len(batch) < 2000:
            kind = kinds[0] if sent % 4 else kinds[sent // 4 % len(kinds)]
            batch.append(kind.replace(b"%d", b"%d" % sent))
            sent += 1
        if sent % 7 == 0:
            batch.append((json.dumps({"type": "axm:option:configuration", "data": big}) + "\n").encode())
        out.write(b"".join(batch)) if batch else time.sleep(0.001)

def large():
    out = open(1, "wb", buffering=0)
    head = b'{"type":"axm:option:configuration","data":{"a":"'
    out.write(head + b"x" * 20000000 + b'"}}\n')
    out.write(b"{" * 5000000 + b"\n")
    for text in (b"{}", b"[]", b"0", b'""', b'{"a":[{}]}'):
        # just below the limit of a line, as many values as fit
        out.write(b'{"type":"axm:option:configuration","data":{"a":[' + b",".join([text] * (250000 // (len(text) + 1))) + b"]}}\n")
        out.write(b'{"type":"axm:option:configuration","data":{"%s":[' % text.replace(b'"', b"'") + b",".join([text] * 650) + b"]}}\n")
    for i in range(300):
        out.write(b'{"type":"axm:option:configuration","data":{"big%d":"%s"}}\n' % (i, b"z" * 200000))

def native():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.connect("/run/systemd/journal/socket")
    def send(fields):
        data = b"".join(b"%s\n%s%s\n" % (k, len(v).to_bytes(8, "little"), v) for k, v in fields)
        fd = os.memfd_create("x", os.MFD_ALLOW_SEALING)
        os.write(fd, data)
        import fcntl
        fcntl.fcntl(fd, 1033, 15)
        socket.send_fds(s, [b""], [fd])
    for size in (1000, 300000, 20000000):
        send([(b"MESSAGE", b"{" * size), (b"AXM_TYPE", b"axm:action"), (b"AXM_DATA", b'{"action_name":"' + b"x" * size + b'"}')])
        send([(b"MESSAGE", b"x"), (b"AXM_TYPE", b"x" * size), (b"AXM_DATA", b"{}")])
    for i in range(20):
        send([(b"MESSAGE", b"x")] + [(b"FIELD_%d" % k, os.urandom(20).hex().encode() * 500) for k in range(900)])

def streams():
    """a line that never ends on each of many standard outputs"""
    kept = []
    for i in range(200):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.connect("/run/systemd/journal/stdout")
        s.sendall(b"evil\npm2@victim1.service\n6\n0\n0\n0\n0\n" + b"{" * 120000)
        kept.append(s)
    time.sleep(3)

{"flood": lambda: flood(5, 100000), "large": large, "native": native, "streams": streams}[sys.argv[1]]()
EOF
cat >/opt/victim.py <<'EOF'
import json, sys, time
i, start = 0, time.monotonic()
while time.monotonic() - start < float(sys.argv[1]):
    i += 1
    print(json.dumps({"type": "axm:option:configuration", "data": {"i": i}}), flush=True)
    print(json.dumps({"type": "axm:monitor", "data": {"i": {"value": i}}}), flush=True)
    time.sleep(0.05)
print(json.dumps({"type": "axm:option:configuration", "data": {"done": i}}), flush=True)
EOF

# The largest amount of memory of the relay's own while this runs, in KiB, to /opt/peak.
watch_memory() {
        local pid=$1 peak=0 now
        while now=$(anonymous_kib "$pid" 2>/dev/null) && [ -n "$now" ]; do
                [ "$now" -le "$peak" ] || { peak=$now; echo "$peak" >/opt/peak; }
                sleep 0.02
        done
}

systemctl start pm2-axm-relay.service
ok "the relay works" drained
pid=$(relay_pid)
first=$(anonymous_kib "$pid")
ok "it is small ($first KiB)" test "$first" -le 3072
echo 0 >/opt/peak
watch_memory "$pid" &

for kind in flood large native streams; do
        for i in 1 2 3; do
                systemctl stop "pm2@victim$i.service" 2>/dev/null
                module "victim$i" Type=exec python3 /opt/victim.py 6
        done
        # journald may fall behind, never its readers' fault: the deadline is a generous one
        ok "a module that does its worst: $kind" module "hostile-$kind" Type=oneshot LogRateLimitIntervalSec=1us \
                python3 /opt/hostile.py "$kind"
        ok "$kind: everything said by then is recorded in time" drained 60
        for i in 1 2 3; do
                wait_for 30 recorded_now "victim$i" 'd["options"].get("done") == d["options"]["i"] == d["monitor"]["i"]["value"]' true
        done
        is "$kind: the others' records are right" "$(for i in 1 2 3; do
                record "victim$i" 'd["options"]["done"] == d["options"]["i"] == d["monitor"]["i"]["value"] and sorted(d["options"])'
        done | sort -u)" '["done", "i"]'
        is "$kind: it is the same relay" "$(relay_pid)" "$pid"
done
is "the flood's own record is right" "$(record hostile-flood 'len(d["actions"]) <= 256 and d["actions"][0]["action_name"]')" same
ok "at its largest it had $(cat /opt/peak) KiB of its own" test "$(cat /opt/peak)" -le 16384
sleep 6
ok "afterwards it is small again ($(anonymous_kib "$pid") KiB)" test "$(anonymous_kib "$pid")" -le 3072
ok "no record is larger than a reader takes" test -z "$(find $axm -size +4M)"
is "complaints are few" "$(($(journalctl -u pm2-axm-relay.service -o cat --no-pager | grep -c '^pm2@') < 40))" 1
is "and hold no raw escape" "$(journalctl -u pm2-axm-relay.service -o cat --no-pager | grep -cP '[\x00-\x08\x0b-\x1f\x7f]')" 0
done_testing
