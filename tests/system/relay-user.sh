#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
#
# Users' own relays: two users run the same module, one of them may read the whole journal, and neither's records hold
# anything of the other's. Lines of short-lived children, which lose their unit in a user's scope, are not lost.
. "${0%/*}/lib.sh"
. "${0%/*}/relay.bash"

ok "alice" add_user alice 4001
ok "bob" add_user bob 4002
usermod -aG systemd-journal bob
loginctl terminate-user bob; systemctl restart user@4002.service; wait_for 20 test -S /run/user/4002/bus

# user_module USER NAME COMMAND...: as pm2ctl would in that user's scope, until it ends; its main process lives for a
# second and says something, since journald cannot tell whose the lines are of one that is gone by the time it looks
user_module() {
        local user=$1 name=$2; shift 2
        as_user "$user" systemd-run -q --user --wait --unit "pm2@$name.service" --slice pm2.slice bash -c '"$@"; sleep 1; echo' - "$@"
}
user_record() { json "$3" <"/home/$1/.local/state/pm2ctl/axm/$2.json"; }
user_recorded() { wait_for 10 user_recorded_now "$2" "$3" "$4" "$5"; is "$1" "$(user_record "$2" "$3" "$4" 2>&1)" "$5"; }
user_recorded_now() { [ "$(user_record "$1" "$2" "$3")" = "$4" ]; }

for user in alice bob; do
        ok "$user's relay starts" as_user $user systemctl --user start pm2-axm-relay.service
        like "and follows the journal" "$(as_user $user systemctl --user status pm2-axm-relay.service)" \
                'Status: "(Following|Reading what is new in) the journal"'
        is "its folder is $user's own" "$(stat -c '%U %a' /home/$user/.local/state/pm2ctl/axm)" "$user 700"
done
is "bob may read alice's journal" "$(as_user bob journalctl -q -n 1 -o cat _UID=4001 | wc -l)" 1

for user in alice bob; do
        user_module $user same printf '%s\n' "{\"type\":\"axm:option:configuration\",\"data\":{\"of\":\"$user\"}}" \
                "{\"type\":\"axm:action\",\"data\":{\"action_name\":\"$user\"}}"
done
for user in alice bob; do
        user_recorded "$user's module is recorded" $user same 'd["options"], d["actions"]' "[{\"of\": \"$user\"}, [{\"action_name\": \"$user\"}]]"
done
says same '{"type":"axm:option:configuration","data":{"of":"system"}}'
user_module alice alone echo '{"type":"axm:action","data":{"action_name":"x"}}'
user_recorded "alice's relay goes on" alice alone 'd["actions"]' '[{"action_name": "x"}]'
sleep 1
is "bob has no record of alice's" "$(find /home/bob/.local/state/pm2ctl/axm -name '*.json' -printf '%f ')" "same.json "
is "nor has the system's module changed theirs" "$(user_record alice same 'd["options"]')$(user_record bob same 'd["options"]')" \
        '{"of": "alice"}{"of": "bob"}'

cat >/opt/children <<'EOF'
#!/bin/bash
for i in {1..200}; do /bin/echo "{\"type\":\"axm:action\",\"data\":{\"action_name\":\"$i\"}}"; done
EOF
chmod 755 /opt/children
ok "a module whose lines all come from children" user_module alice children /opt/children
user_recorded "has all of them recorded" alice children 'len(d["actions"])' 200
user_recorded "in their order" alice children '[a["action_name"] for a in d["actions"]] == [str(i) for i in range(1, 201)]' true
without=$(as_user alice journalctl --user -q -o json SYSLOG_IDENTIFIER=children |
        python3 -c 'import json, sys; print(sum("_SYSTEMD_USER_UNIT" not in json.loads(l) for l in sys.stdin) > 0)')
echo "# journald lost the unit of some of them, which is a race: $without"
user_module alice children echo "text"
user_recorded "a second run starts with nothing" alice children 'd["actions"]' '[]'

as_user bob python3 - <<'EOF'
import socket, time
line = '{"type":"axm:option:configuration","data":{"forged":1}}'
native = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
native.connect("/run/systemd/journal/socket")
native.send(("MESSAGE=%s\nAXM_TYPE=axm:option:configuration\nAXM_DATA={\"forged\":1}\n_UID=4001\n_SYSTEMD_OWNER_UID=4001\n"
             "_SYSTEMD_USER_UNIT=pm2@same.service\n_SYSTEMD_USER_SLICE=pm2.slice\nOBJECT_UID=4001\n" % line).encode())
stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
stream.connect("/run/systemd/journal/stdout")
stream.send(("same\npm2@same.service\n6\n0\n0\n0\n0\n" + line + "\n").encode())
time.sleep(0.2)
EOF
# alice's uid in bob's unit of the same name, as after su
setpriv --reuid 4001 --clear-groups bash -c 'sleep 0.5; echo "{\"type\":\"axm:option:configuration\",\"data\":{\"forged\":2}}"' |
        as_user bob systemd-run -q --user --wait --pipe --unit pm2@same.service --slice pm2.slice cat >/dev/null
user_module alice alone echo '{"type":"axm:action","data":{"action_name":"y"}}'
user_recorded "alice's relay has seen all that" alice alone 'd["actions"]' '[{"action_name": "y"}]'
is "and believes none of it" "$(user_record alice same 'd["options"]')" '{"of": "alice"}'

ok "a user's manager is started anew" systemctl restart user@4001.service
ok "and the relay" as_user alice systemctl --user start pm2-axm-relay.service
user_module alice alone echo '{"type":"axm:action","data":{"action_name":"z"}}'
user_recorded "it goes on" alice alone 'd["actions"]' '[{"action_name": "z"}]'
is "the record of what does not run is kept" "$(user_record alice same 'd["options"]')" '{"of": "alice"}'

mkdir -m 755 /opt/none
relay=$(systemctl cat pm2-axm-relay.service | sed -n 's/^ExecStart=\([^ ]*\) .*/\1/p')
ok "without a journal it ends all the same" as_user alice "$relay" --user --once --journal=/opt/none --state=/home/alice/none
like "and says what to do" "$OUTPUT" 'no journal that this user may read.*Storage=persistent'
exits "a wrong option is a usage error" 2 "$relay" --nonsense
exits "so is an argument" 2 "$relay" x
exits "and both scopes" 2 "$relay" --user --system
fails "a state folder that cannot be made is an error" as_user alice "$relay" --user --once --state=/proc/x/y
like "in one sentence" "$OUTPUT" '^pm2-axm-relay: Failed to start: cannot create directory /proc/x/y: No such file or directory$'
done_testing
