#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
# Packages that try to become root by what systemd writes into a unit's file, and accounts in a user's place.
. "${0%/*}/unit.bash"

# hostile N PYTHON: package N is a plain one changed by the statements; X is what would make root run a command
hostile() {
        make_module "/srv/h$1" "h$1"
        python3 - "/srv/h$1/package.json" "$2" <<'P'
import json, os, sys
path, change = sys.argv[1:]
d = json.load(open(path))
X = "x\n[Service]\nExecStartPre=+/usr/bin/touch /root/owned\nExecStartPost=+/usr/bin/touch /root/owned\n"
a = d["apps"][0]
exec(change)
json.dump(d, open(path, "w"))
if len(a.get("cwd", X)) < 5:
    os.makedirs(os.path.join(os.path.dirname(path), a["cwd"]), exist_ok=True)
    os.symlink("../run", os.path.join(os.path.dirname(path), a["cwd"], "run"))
P
}

changes=(
        'd["description"] = X'
        'd["description"] = "x\\\\"'
        'd["description"] = X.replace("\n", "\r")'
        'd["description"] = "%i %h $HOME ; | \x1b[2J \u202e \x07 \\x0a " + X'
        'd["description"] = "\\" * 5000'
        'd["homepage"] = "https://x/" + X'
        'd["homepage"] = "https://x/%h"'
        'd["homepage"] = "javascript:alert(1)"'
        'd["homepage"] = "https://x/\u00e4 " + X'
        'd["version"] = "1.0.0" + X'
        'd["name"] = "h" + X'
        'd["name"] = "../../x"'
        'a["name"] = X'
        'a["cwd"] = X'
        'a["cwd"] = "x\\"'
        'a["cwd"] = " x"'
        'a["cwd"] = "%h"'
        'a["script"] = X'
        'a["args"] = [ X, "$HOME", ";", "%h", "\\" ]'
        'a["interpreter"] = X'
        'a["env"] = { "A": X, "B": "\\", "LD_PRELOAD": "/x" }'
        'd["config"] = { "k": X, "b": "\\" }'
        'a["uid"] = "root"; a["user"] = "root"'
        'a["kill_timeout"] = 1e300'
        'a["max_memory_restart"] = "9999999999999999999G"'
        'a["max_restarts"] = -1'
        'a["stop_exit_codes"] = [ 300, -1 ]'
)

n=0 started=0
for change in "${changes[@]}"; do
        n=$((n + 1))
        hostile $n "$change"
        if helper start /srv/h$n >/root/said 2>&1; then
                started=$((started + 1))
        else
                like "refused in a sentence: $change" "$(cat /root/said)" '^unit-helper: .{20,}$'
        fi
        is "which has no control characters" "$(tr -d '\n' </root/said | grep -c '[[:cntrl:]]')" 0
done
ok "not all of them are refused ($started of $n run)" test "$started" -gt 5

units() { systemctl list-units --plain --no-legend 'pm2@*' | cut -d' ' -f1 | sort; }
all_shown() { for unit in $(units); do shown "$unit"; done; }
before=$(all_shown)
systemctl daemon-reload
after=$(all_shown)
is "after a daemon-reload they are what they were" "$(diff <(echo "$before") <(echo "$after"))" ""
unlike "none has a command but the launcher" "$(grep -vE '^ExecStartPre(Ex)?=--notify ; ; ; argv\[\]=[^ ]*/pm2-launch (ignore_errors=yes|flags=[a-z -]*) path=' <<<"$after")" '^ExecStartP(re|ost)=.'
unlike "no description has control characters" "$(systemctl show 'pm2@*' -P Description)" '[[:cntrl:]]'
for unit in $(units); do
        ok "$unit restarts" systemctl restart "$unit"
        is "$unit does not run as root" "$(ps -o uid= -p "$(main_pid "$unit")" | grep -cx ' *0')" 0
done
fails "root ran nothing of theirs" ls /root/owned
# shellcheck disable=SC2046
ok "all of them can be stopped" helper stop $(units)

# The name of a module's user may be somebody's already
useradd -m pm2-taken
make_module /srv/taken taken '' "$AGENT"
touch ~pm2-taken/private && chown pm2-taken: ~pm2-taken/private
ok "a module whose user's name is an account's starts" helper start /srv/taken
user=$(property pm2@taken.service User)
like "as another" "$user" '^pm2-taken-[0-9a-f]{12}$'
is "whose user is not the account" "$(ps -o uid= -p "$(main_pid pm2@taken.service)" | grep -cx " *$(id -u pm2-taken)")" 0
ok "which can be restarted" helper start /srv/taken
is "and stays it" "$(property pm2@taken.service User)" "$user"
helper stop pm2@taken.service
groupadd pm2-group
make_module /srv/group group
ok "a group of that name is in the way too" helper start /srv/group
like "and another is taken" "$(property pm2@group.service User)" '^pm2-group-[0-9a-f]{12}$'
useradd "$user"
fails "with both names taken it is refused" helper start /srv/taken
like "with the remedy" "$OUTPUT" "'pm2-taken' and '$user'.*--uid"
done_testing
