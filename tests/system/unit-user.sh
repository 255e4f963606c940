#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 180
# Units of users' own managers.
. "${0%/*}/unit.bash"

ok "a user with a manager" add_user alice 4001
ok "another one" add_user bob 4002
useradd -m -u 4003 carol   # without
as_alice() { as_user alice "$@"; }
start_of() { # USER FOLDER...
        local user=$1 home; shift
        home=$(getent passwd "$user" | cut -d: -f6)
        as_user "$user" unit-helper --user --launcher=/usr/local/bin/stub-launch --config="$home/.config/pm2ctl" \
                --state="$home/.local/state/pm2ctl" start "$@"
}
user_property() { as_user "$1" systemctl --user show -P "$3" "$2"; }   # USER UNIT NAME
user_show() { as_user "$1" systemctl --user show "$2"; }

make_module /srv/plain plain '"max_memory_restart": "200M"'
make_module /srv/scoped @acme/tool '' "$(printf '%s\n' 'cat "$CREDENTIALS_DIRECTORY/module" >"$RUNTIME_DIRECTORY/settings"; echo "$PM2CTL_STATE" >"$RUNTIME_DIRECTORY/state"' 'exec sleep 1000')"
install -d -m 700 -o alice -g alice ~alice/.config ~alice/.config/pm2ctl ~alice/.config/pm2ctl/modules
install -m 600 -o alice -g alice <(echo canary-settings) ~alice/.config/pm2ctl/modules/@acme+tool.ini

ok "alice starts two modules" start_of alice /srv/plain /srv/scoped
ok "bob one of the same name" start_of bob /srv/plain
is "each has his own" "$(user_property alice pm2@plain.service ActiveState) $(user_property bob pm2@plain.service ActiveState)" "active active"
is "it runs as alice" "$(ps -o user= -p "$(user_property alice pm2@plain.service MainPID)")" alice
is "in the modules' slice" "$(user_property alice pm2@plain.service Slice)" pm2.slice
like "its settings reach it" "$(cat /run/user/4001/pm2ctl/@acme+tool/settings)" '^canary-settings$'
is "and where its module is" "$(cat /run/user/4001/pm2ctl/@acme+tool/state)" /home/alice/.local/state/pm2ctl
is "its runtime folder is closed" "$(stat -c %a /run/user/4001/pm2ctl/@acme+tool)" 700
like "no new privileges" "$(cat "/proc/$(user_property alice pm2@plain.service MainPID)/status")" 'NoNewPrivs:.1$'
like "a system call filter" "$(cat "/proc/$(user_property alice pm2@plain.service MainPID)/status")" 'Seccomp:.2$'
same_after_reload "a user's module" pm2@plain.service --user -M alice@
same_after_reload "one with a scope" pm2@acme:tool.service --user -M alice@

as_helper() { as_user alice unit-helper --user "$@"; }
like "states are told" "$(as_helper query-all 'pm2@plain*')" 'active=active sub=running pid=[1-9][0-9]* restarts=0 user=alice '
like "memory too" "$(as_helper query 'pm2@plain*')" ' memory=[1-9][0-9]{4,} '
like "and time" "$(as_helper query 'pm2@plain*')" ' cpu=[1-9][0-9]* '
is "it is stable" "$(as_helper stable pm2@plain.service 300000)" stable
ok "it restarts" as_helper restart pm2@plain.service
ok "and stops" as_helper stop pm2@plain.service
is "and is gone" "$(as_helper query 'pm2@plain*')" ""
is "bob's is not" "$(user_property bob pm2@plain.service ActiveState)" active
fails "nobody gets another user there" as_user alice unit-helper --user --uid=bob start /srv/plain
mkdir -p "/home/alice/odd \"x\" %h"
chown alice: "/home/alice/odd \"x\" %h"
fails "settings below a folder with a blank are refused" as_user alice unit-helper --user \
        --config='/home/alice/odd "x" %h' start /srv/plain
like "with the remedy" "$OUTPUT" XDG_CONFIG_HOME
fails "a state folder that cannot be handed on too" as_user alice unit-helper --user \
        --state='/home/alice/odd "x" %h' start /srv/plain
like "by name" "$OUTPUT" 'Environment=.*odd "x" %h'
ok "one with a blank is fine" as_user alice unit-helper --user --launcher=/usr/local/bin/stub-launch \
        --state='/home/alice/odd %h' start /srv/plain
same_after_reload "a state folder with a blank" pm2@plain.service --user -M alice@

ok "a program runs as a unit" as_user alice unit-helper --user --folder=/home/alice run pm2-fetch@1.service \
        -- /usr/bin/python3 -c 1+1
like "as alice" "$(as_user alice unit-helper --user run pm2-fetch@1.service -- /usr/bin/id -un)" '^out\|alice$'
exits "one that fails" 1 as_user alice unit-helper --user run pm2-fetch@1.service /usr/bin/false
like "with its status" "$OUTPUT" '^status=1 '
as_user alice unit-helper --user run pm2-fetch@1.service /usr/bin/sleep 4711 >/root/said 2>&1 &
wait_for 10 pgrep -f '^/usr/bin/sleep 4711' >/dev/null
pkill -INT -x unit-helper
wait $!
like "it can be interrupted" "$(cat /root/said)" 'interrupted'
fails "and nothing is left" pgrep -f '^/usr/bin/sleep 4711'

fails "without a manager" as_user carol unit-helper --user query 'pm2@*'
like "there is a remedy" "$OUTPUT" 'UID 4003.*loginctl enable-linger'
fails "nor with another's" as_user carol env XDG_RUNTIME_DIR=/run/user/4001 unit-helper --user query 'pm2@*'
ok "su and cron set no XDG_RUNTIME_DIR" as_user alice env -u XDG_RUNTIME_DIR -u DBUS_SESSION_BUS_ADDRESS \
        unit-helper --user query 'pm2@*'
ok "a user may ask the system's manager" as_user alice unit-helper query 'systemd-journald*'
fails "but start nothing there" as_user alice unit-helper start /srv/plain
like "and is told so" "$OUTPUT" 'use sudo'
done_testing
