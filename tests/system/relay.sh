#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
#
# What modules print and send reaches their records by way of the journal, and nobody writes another's record.
. "${0%/*}/lib.sh"
. "${0%/*}/relay.bash"

configuration() { echo "{\"type\":\"axm:option:configuration\",\"data\":$1}"; }
action() { echo "{\"type\":\"axm:action\",\"data\":{\"action_name\":\"$1\"}}"; }

ok "the relay starts" systemctl start pm2-axm-relay.service
ok "it says what it does" wait_for 5 output_has 'Status: "Following the journal"' systemctl status pm2-axm-relay.service
is "its folder is its own, readable by those who may read the journal" \
        "$(stat -c '%U:%G %a' $axm)" "pm2ctl:systemd-journal 750"
is "the folder above stays root's" "$(stat -c '%U:%G %a' ${axm%/*})" "root:root 755"
is "it runs without privileges" "$(ps -o user=,group= -p "$(relay_pid)" | tr -s ' ')" "pm2ctl systemd-journal"
like "its sandbox scores at most 2.0" "$(systemd-analyze security --no-pager pm2-axm-relay.service)" 'level.*: [01]\.[0-9]|level.*: 2\.0'

# -- what is recorded

says shell "plain text" "$(configuration '{"a":1,"b":{"c":2},"db_password":"hunter2"}')" "$(action first)" \
        '{"type":"axm:monitor","data":{"cpu":{"value":"3","unit":"%"}}}' "$(configuration '{"a":2,"name":"other"}')" \
        '{"type":"process:exception","data":{"message":"one"}}' '{"type":"process:exception","data":{"message":"two"}}' \
        '{"type":"human:event","data":{"a":9}}' '{"type":"axm:action","data":{"action_name":"first","arity":2}}'
recorded "printed options are recorded, key by key, secrets masked" shell 'd["options"]' \
        '{"a": 2, "b": {"c": 2}, "db_password": "********", "name": "other"}'
is "of actions of one name the first counts" "$(record shell 'd["actions"]')" '[{"action_name": "first"}]'
is "metrics" "$(record shell 'd["monitor"]')" '{"cpu": {"unit": "%", "value": "3"}}'
is "the last error, and how many there were" "$(record shell 'd["error"]["message"], d["errors"]')" '["two", 2]'
is "the record belongs to the relay and its group" "$(stat -c '%U:%G %a' $axm/shell.json)" "pm2ctl:systemd-journal 640"

module python Type=oneshot python3 -c 'import json
print(json.dumps({"type": "axm:action", "data": {"action_name": "from python"}}))'
recorded "from any language" python 'd["actions"][0]["action_name"]' "from python"

module structured Type=exec python3 -c 'import socket, time
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.connect("/run/systemd/journal/socket")
journal.send(b"""MESSAGE=Offers the action x\nAXM_TYPE=axm:action\nAXM_DATA={"action_name":"x"}\n""")
time.sleep(60)'
recorded "from structured entries, as the bridge sends them" structured 'd["actions"]' '[{"action_name": "x"}]'

says acme:tool@worker@2 "$(action scoped)"
recorded "units of scoped modules, apps and instances have records of their own" @acme+tool@worker@2 \
        'd["actions"][0]["action_name"]' scoped

# -- lines in pieces

module long Type=oneshot python3 -c 'import json
print(json.dumps({"type": "axm:option:configuration", "data": {"before": 1}}))
print(json.dumps({"type": "axm:option:configuration", "data": {"long": "x" * 200000}}))
print("{" * 49152 + json.dumps({"type": "axm:option:configuration", "data": {"within": 1}}))
print(json.dumps({"type": "axm:option:configuration", "data": {"after": 1}}))'
recorded "a line that journald cuts in five is put together again" long 'len(d["options"]["long"])' 200000
recorded "a piece of a line is no line" long 'sorted(d["options"])' '["after", "before", "long"]'
module pieces Type=oneshot bash -c 'printf "{\"type\":\"axm:action\","; sleep 0.1; /bin/echo "\"data\":{\"action_name\":\"x\"}}"
        printf "{\"type\":\"axm:action\",\"data\":{\"action_name\":\"y\"}}"; sleep 0.1; /bin/echo "{\"type\":\"axm:action\",\"data\":{\"action_name\":\"z\"}}"; :'
recorded "so is a line that two processes print" pieces '[a["action_name"] for a in d["actions"]]' '["x", "y", "z"]'
cat >/opt/children <<'EOF'
#!/bin/bash
for i in {1..100}; do /bin/echo "{\"type\":\"axm:action\",\"data\":{\"action_name\":\"$i\"}}"; done
EOF
chmod 755 /opt/children
module children Type=oneshot /opt/children
recorded "no line of a short-lived child is lost" children 'len(d["actions"])' 100

# -- starting anew

says anew "$(configuration '{"old":1}')" '{"type":"process:exception","data":{"message":"old"}}'
recorded "a first run" anew 'd["options"]' '{"old": 1}'
says anew "$(action new)"
recorded "a second one starts with nothing" anew 'd["options"], d["actions"], d.get("error"), d["errors"]' \
        '[{}, [{"action_name": "new"}], null, 0]'
# As long as it takes to be looked up: journald knows no invocation of a unit that is gone.
module anew Type=exec bash -c 'echo just text; sleep 60'
recorded "so does one that prints only text" anew 'd["actions"]' '[]'
systemctl stop pm2@anew.service

# -- who speaks

says victim "$(configuration '{"mine":1}')"
recorded "a victim" victim 'd["options"]' '{"mine": 1}'
before=$(cat $axm/victim.json)
says evil "$(configuration '{"name":"victim","module_name":"victim"}')" \
        '{"type":"axm:action","data":{"action_name":"x"},"name":"victim","unit":"pm2@victim.service","process":{"name":"victim"}}'
recorded "a module that calls itself another" evil 'd["options"]["name"]' victim
add_user alice 4001
cat >/opt/forge.py <<'EOF'
import socket, sys, time
data = '{"forged":1}'
line = '{"type":"axm:option:configuration","data":%s}' % data
fields = ["MESSAGE=" + line, "AXM_TYPE=axm:option:configuration", "AXM_DATA=" + data, "PM2CTL=module", "PM2_MODULE=victim",
          "SYSLOG_IDENTIFIER=victim", "UNIT=pm2@victim.service", "USER_UNIT=pm2@victim.service", "OBJECT_PID=1",
          "_SYSTEMD_UNIT=pm2@victim.service", "_SYSTEMD_USER_UNIT=pm2@victim.service", "_SYSTEMD_SLICE=pm2.slice",
          "_SYSTEMD_CGROUP=/pm2.slice/pm2@victim.service", "_SYSTEMD_INVOCATION_ID=" + "0" * 32, "_UID=0", "_TRANSPORT=stdout"]
native = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
native.connect("/run/systemd/journal/socket")
native.send("\n".join(fields).encode() + b"\n")
# the head of a standard output: identifier, unit, priority, level prefix, forwarding to syslog, kmsg, console
stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
stream.connect("/run/systemd/journal/stdout")
stream.send(("victim\npm2@victim.service\n6\n0\n0\n0\n0\n" + line + "\n").encode())
syslog = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
syslog.connect("/dev/log")
syslog.send(("<14>victim[1]: " + line).encode())
time.sleep(0.2)
EOF
ok "another user forges every field" as_user alice python3 /opt/forge.py
ok "and runs a unit of the same name" as_user alice systemd-run -q --user --wait --unit pm2@victim.service --slice pm2.slice \
        echo "$(configuration '{"forged":1}')"
module forger Type=oneshot python3 /opt/forge.py
ok "a module forges them too" drained
like "the forgeries are in the journal" "$(journalctl --no-pager -o cat)" '"forged":1'
is "the victim's record is as it was" "$(cat $axm/victim.json)" "$before"
is "what a module forges is its own" "$(record forger 'd["options"]')" '{"forged": 1}'

# -- what is wrong is said, once

says wrong '{"type":"axm:action","data":{"action_name":7}}' "{\"type\":\"x\",\"data\":$(printf '[%.0s' {1..100})" \
        "$(action right)"
recorded "what is right among it is recorded" wrong 'd["actions"]' '[{"action_name": "right"}]'
module wrong Type=oneshot bash -c "printf '{\"type\":\"x\",\"data\":\"\\xff\"}\n'"
is "a refusal is said once a minute" "$(journalctl -u pm2-axm-relay.service -o cat --no-pager | grep '^pm2@wrong')" \
        "pm2@wrong.service: refused a message: it has no action_name"

# -- others touch the records

ok "a record is removed" rm $axm/victim.json
says victim "$(action back)"
recorded "it is made anew" victim 'd["options"], d["actions"]' '[{}, [{"action_name": "back"}]]'
echo '{"version":99}' >$axm/future.json
says future "$(action x)"
ok "the relay goes on" drained
is "a newer version's record is left alone" "$(cat $axm/future.json)" '{"version":99}'
like "and named" "$(journalctl -u pm2-axm-relay.service -o cat --no-pager)" \
        "^pm2@future.service: failed to record its messages: $axm/future.json: written by a newer pm2ctl \(version 99"
: >$axm/victim.json
says victim "$(action again)"
recorded "a damaged record begins anew" victim 'd["actions"]' '[{"action_name": "again"}]'
like "which is said" "$(journalctl -u pm2-axm-relay.service -o cat --no-pager)" \
        "^pm2@victim.service: its record is damaged, starting a new one: $axm/victim.json: not valid JSON"
is "nothing else went wrong" "$(journalctl -u pm2-axm-relay.service -p warning -o cat --no-pager | grep -cvE '^pm2@(wrong|future|long|victim)')" 0
is "it was never started anew" "$(systemctl show -p NRestarts --value pm2-axm-relay.service)" 0
done_testing
