#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 240
#
# Modules of users' own: two users install the same ones, nothing of the one's reaches the other, nothing needs root.
. "${0%/*}/lib.sh"

alice() { as_user alice "$@"; }
bob() { as_user bob "$@"; }
carol() { as_user carol "$@"; }
option() { as_user "$1" pm2ctl show "$2" --json=short | json "(d['options'] or {}).get('$3')"; }   # USER MODULE KEY
pid_of() { as_user "$1" systemctl --user show -P MainPID "pm2@$2.service"; }   # USER ID
said() { as_user "$1" journalctl --user-unit="pm2@$2.service" --no-pager -o cat -n 3; }   # USER ID
system_state() { find /etc/pm2ctl /var/lib/pm2ctl /var/lib/pm2ctl-data /run/pm2ctl 2>/dev/null; systemctl list-units --all --plain --no-legend 'pm2*'; }

one_sentence() { # DESCRIPTION REGEX, of the last OUTPUT
        like "$1" "$OUTPUT" "$2"
        is "... in one sentence" "$(grep -c . <<<"$OUTPUT")" 1
}

install_for_both() {
        local user
        for user in alice bob; do
                use_local_registry "/home/$user"
                ok "$user sets a module up before it is installed" as_user "$user" pm2ctl -q set sends:owner "$user" sends:license "license-of-$user"
                ok "$user installs it" as_user "$user" pm2ctl install sends
                ok "... which runs" as_user "$user" systemctl --user is-active -q pm2@sends.service
                is "... as $user" "$(ps -o user= -p "$(pid_of "$user" sends)")" "$user"
                ok "$user's relay runs" as_user "$user" systemctl --user is-active -q pm2-axm-relay.service
                is "... as $user" "$(ps -o user= -p "$(as_user "$user" systemctl --user show -P MainPID pm2-axm-relay.service)")" "$user"
        done
        for user in alice bob; do
                ok "what $user's module says is recorded for $user" wait_for 20 output_has "^$user\$" option "$user" sends owner
                is "$user lists one module" "$(as_user "$user" pm2ctl list --json=short | json "[m['name'] for m in d]")" '["sends"]'
        done
}

kept_apart() {
        ok "bob, who may read every journal, has a module that alice has not" bob pm2ctl install @acme/tool
        ok "alice one that bob has not" alice pm2ctl install hello
        sleep 1
        is "nothing of bob's is where alice's things are" "$(grep -rl -e bob /home/alice/.local/state/pm2ctl/axm)" ""
        is "nothing of alice's is where bob's are" "$(grep -rl -e alice /home/bob/.local/state/pm2ctl/axm)" ""
        ok "alice has records of her modules alone" wait_for 20 output_has '^hello.json sends.json$' \
                eval 'cd /home/alice/.local/state/pm2ctl/axm && echo *.json'
        is "bob of his" "$(cd /home/bob/.local/state/pm2ctl/axm && echo *.json)" "@acme+tool.json sends.json"
        unlike "bob's logs show no word of alice's" "$(bob pm2ctl logs --nostream --lines=1000 sends)" 'alice'
        is "nobody else reads the settings" "$(stat -c '%a %U' /home/alice/.config/pm2ctl/modules/sends.ini)" "600 alice"
        fails "the runtime folder is closed to others" bob ls /run/user/4001/pm2ctl/sends
        is "everything installed is the user's" "$(find /home/alice /home/bob ! -user alice ! -user bob)" ""
        ok "bob's is uninstalled" bob pm2ctl uninstall @acme/tool
}

change_settings() {
        local pid bobs
        pid=$(pid_of alice hello) bobs=$(pid_of bob sends)
        ok "set" alice pm2ctl set hello:greeting "good night"
        is "get" "$(alice pm2ctl get hello:greeting)" "good night"
        ok "... restarts the module" test "$(pid_of alice hello)" != "$pid"
        ok "... which gets it" wait_for 10 output_has '^hello .*: good night$' said alice hello
        ok "unset" alice pm2ctl unset hello:greeting
        ok "... gives the package's own again" wait_for 10 output_has "^hello .*: good evening\$" said alice hello
        is "... to get too" "$(alice pm2ctl get hello:greeting)" "good evening"
        is "a value that bob set has stayed" "$(bob pm2ctl get sends:owner)" bob
        pid=$(pid_of alice hello)
        ok "restart" alice pm2ctl restart hello
        ok "... makes it another process" test "$(pid_of alice hello)" != "$pid"
        ok "a global setting" alice pm2ctl set shared "of alice"
        is "... and nothing of all this touched bob's" "$(pid_of bob sends)" "$bobs"
        ok "stop" alice pm2ctl stop hello
        fails "... it is" alice systemctl --user is-active -q pm2@hello.service
        ok "start" alice pm2ctl start hello
        ok "env shows what it gets" output_has '^shared=.?of alice' alice pm2ctl env hello
        exits "--uid is not for users" 2 alice pm2ctl install --uid=bob hello
}

link_a_folder() {
        alice mkdir -p linked
        alice bash -c 'echo "{ \"name\": \"work\", \"main\": \"x.js\" }" >linked/package.json
                echo "console.log(\"first\"); setInterval(() => {}, 1000)" >linked/x.js'
        ok "install . links" alice bash -c 'cd linked && pm2ctl install .'
        ok "... and runs" wait_for 10 output_has '^first$' said alice work
        alice bash -c 'echo "console.log(\"second\"); setInterval(() => {}, 1000)" >linked/x.js'
        ok "a saved file runs" wait_for 15 output_has '^second$' said alice work
        ok "the watch's sandbox is what her manager can make" alice systemd-analyze --user security --no-pager --threshold=60 \
                pm2-watch@work.service
        is "the watch is alice's" "$(ps -o user= -p "$(alice systemctl --user show -P MainPID pm2-watch@work.service)")" alice
}

update_and_fail() {
        ok "a version that works" alice pm2ctl install flaky@1.0.0
        exits "an update that does not stay up is reported" 1 alice pm2ctl install flaky@2.0.0
        like "... with its last words" "$OUTPUT" 'flaky 2.0.0 is broken'
        is "... and taken back" "$(alice pm2ctl list --json=short | json "next(m['version'] for m in d if m['name'] == 'flaky')")" 1.0.0
        ok "... to what runs" alice systemctl --user is-active -q pm2@flaky.service
        ok "uninstall" alice pm2ctl uninstall flaky
        is "... leaves nothing" "$(find /home/alice/.local/state/pm2ctl /run/user/4001/pm2ctl -path '*flaky*')" ""
        is "staging is empty" "$(ls -A /home/alice/.local/state/pm2ctl/staging)" ""
}

without_manager() {
        useradd -m -u 4003 carol
        use_local_registry /home/carol
        exits "without a user manager nothing can run" 1 carol pm2ctl -q install hello
        one_sentence "... and there is a remedy" 'is installed, but does not run: .*no systemd user manager for UID 4003.*loginctl enable-linger'
        exits "the same where XDG_RUNTIME_DIR is not set" 1 carol env -u XDG_RUNTIME_DIR -u DBUS_SESSION_BUS_ADDRESS pm2ctl -q install hello
        one_sentence "... has the same remedy" 'no systemd user manager for UID 4003.*loginctl enable-linger'
        is "... and it is there, fetched by children" "$(ls /home/carol/.local/state/pm2ctl/modules)" hello
        is "... with no process left" "$(pgrep -c -u carol)" 0
        ok "settings can be made all the same" carol pm2ctl -q set hello:greeting hi
        exits "status cannot tell" 1 carol pm2ctl status hello
        one_sentence "... says so, with the remedy" 'no systemd user manager for UID 4003.*loginctl enable-linger'
        exits "logs neither, of one who has never had a journal" 1 carol pm2ctl logs hello
        one_sentence "... and has a remedy too" 'journal keeps nothing that you may read.*Storage=persistent.*group systemd-journal'
        ok "list tells what is installed, and that nothing runs" output_has ' hello .* inactive ' carol pm2ctl list
        ok "who has one needs no XDG_RUNTIME_DIR" output_has ' hello ' alice env -u XDG_RUNTIME_DIR -u DBUS_SESSION_BUS_ADDRESS pm2ctl list
        ok "... for systemctl neither" output_has ' Active: active' alice env -u XDG_RUNTIME_DIR -u DBUS_SESSION_BUS_ADDRESS pm2ctl status hello
        ok "who may read no others' journals is not told so" alice pm2ctl logs --nostream hello
        unlike "... each time" "$OUTPUT" 'Hint'
}

boots() { carol systemctl --user is-enabled pm2-axm-relay.service pm2-modules.service | paste -sd' '; }
listed() { carol pm2ctl list --json=short | json "[m['enabled'] for m in d]"; }

start_at_boot() {
        local verb
        is "both services are enabled" "$(boots)" "enabled enabled"
        is "... so that modules start at boot, says list" "$(listed)" "[true]"
        carol systemctl --user -q disable --now pm2-modules.service
        for verb in "start hello" "start --all" "restart hello" "stop hello" "disable hello"; do
                # shellcheck disable=SC2086 # words
                ok "$verb" carol pm2ctl $verb
                is "... leaves what somebody disabled" "$(boots)" "enabled disabled"
        done
        for verb in "enable hello" "install hello"; do
                carol systemctl --user -q disable --now pm2-axm-relay.service pm2-modules.service
                is "where they are not" "$(listed)" "[false]"
                like "... show says so" "$(carol pm2ctl show hello 2>&1)" "At boot: *no"
                like "... and what to do" "$(carol pm2ctl show hello 2>&1)" "'pm2ctl enable hello' enables it"
                # shellcheck disable=SC2086 # words
                ok "$verb" carol pm2ctl $verb
                like "... says what it does" "$OUTPUT" "Enabled pm2-modules.service"
                is "... enables both" "$(boots)" "enabled enabled"
                ok "... and starts the relay" carol systemctl --user is-active -q pm2-axm-relay.service
                is "... which list tells" "$(listed)" "[true]"
        done
        carol systemctl --user -q mask pm2-modules.service
        is "one that is masked, though it was enabled" "$(listed)" "[false]"
        ok "enable" carol pm2ctl enable hello
        like "... says it" "$OUTPUT" "pm2-modules.service is masked"
        carol systemctl --user -q unmask pm2-modules.service
        carol systemctl --user -q disable pm2-modules.service
        carol systemctl --user -q mask pm2-modules.service
        ok "one that is masked" carol pm2ctl enable hello
        like "... which is said" "$OUTPUT" "pm2-modules.service is masked"
        unlike "... is left alone" "$OUTPUT" "Enabled|Failed"
        is "... indeed" "$(boots)" "enabled masked"
        is "... and nothing starts at boot" "$(listed)" "[false]"
        carol systemctl --user -q unmask pm2-modules.service
        ok "once it is not" carol pm2ctl enable hello
        is "... it is enabled" "$(boots)" "enabled enabled"
}

without_journal() { # a journal in memory has no parts for users
        mkdir -p /etc/systemd/journald.conf.d
        printf '[Journal]\nStorage=volatile\n' >/etc/systemd/journald.conf.d/zz-volatile.conf
        systemctl restart systemd-journald
        loginctl enable-linger carol && wait_for 20 test -S /run/user/4003/bus
        ok "what was installed without a manager runs once there is one" wait_for 30 carol systemctl --user is-active -q pm2@hello.service
        ok "... and is recorded" wait_for 20 carol systemctl --user is-active -q pm2-axm-relay.service
        start_at_boot
        ok "without a journal of one's own a module is installed" carol pm2ctl -q install hello
        one_sentence "... with a warning that has the remedy" 'journal.*cannot be recorded.*Storage=persistent.*group systemd-journal'
        ok "... and runs" carol systemctl --user is-active -q pm2@hello.service
        ok "... says status" output_has ' Active: active' carol pm2ctl status hello
        exits "logs has nothing to show" 1 carol pm2ctl logs hello
        one_sentence "... and says what to do" 'Failed to show logs: the journal keeps nothing that you may read; root can set Storage=persistent.*group systemd-journal'
        ok "show says it too" carol pm2ctl show hello
        like "... in the same words" "$OUTPUT" 'cannot be recorded.*Storage=persistent'
        ok "the relay's status as well" wait_for 10 output_has 'no journal that this user may read' carol systemctl --user status pm2-axm-relay.service
        unlike "who is in group systemd-journal is not warned" "$(bob pm2ctl install hello 2>&1)" 'cannot be recorded'
        ok "... has records" bob pm2ctl -q set sends:owner "bob, in memory"
        ok "... indeed" wait_for 20 output_has '^bob, in memory$' option bob sends owner
        ok "... and logs" wait_for 10 output_has 'owner=bob, in memory' bob pm2ctl logs --nostream sends
}

case $REBOOT_MARK in
'')
        ok "a user with a manager" add_user alice 4001
        ok "one who may read every journal" add_user bob 4002
        usermod -aG systemd-journal bob
        systemctl restart user@4002.service
        wait_for 20 test -S /run/user/4002/bus
        system_state >/root/before
        install_for_both
        kept_apart
        change_settings
        link_a_folder
        update_and_fail
        without_manager
        is "nothing of this touched the system's scope" "$(diff /root/before <(system_state))" ""
        is "nobody's module runs as root" "$(pgrep -u root -af 'pm2-launch|pm2-axm-relay|node_modules/')" ""
        ok "one is not wanted at boot" bob pm2ctl install hello
        ok "... from now on" bob pm2ctl disable hello
        reboot_and_continue booted;;
*)
        ok "after a reboot alice's modules run, though nobody is logged in" wait_for 30 alice systemctl --user is-active -q pm2@hello.service
        ok "... the linked one too" wait_for 20 alice systemctl --user is-active -q pm2@work.service
        ok "... watched" wait_for 20 alice systemctl --user is-active -q pm2-watch@work.service
        for user in alice bob; do
                ok "so does $user's of the other" wait_for 20 as_user "$user" systemctl --user is-active -q pm2@sends.service
                ok "... and is recorded" wait_for 20 output_has "^$user\$" option "$user" sends owner
        done
        fails "what bob disabled does not" bob systemctl --user is-active -q pm2@hello.service
        is "no unit of theirs has failed" "$(for user in alice bob; do as_user "$user" systemctl --user --failed --plain --no-legend; done)" ""
        ok "uninstall ." alice bash -c 'cd linked && pm2ctl uninstall .'
        ok "... leaves the folder" test -s /home/alice/linked/x.js
        ok "uninstall all" alice pm2ctl uninstall all
        is "... leaves none" "$(alice pm2ctl list --json=short)" "[]"
        is "... no unit" "$(alice systemctl --user list-units --all --plain --no-legend 'pm2@*' 'pm2-watch@*')" ""
        is "... no file" "$(find /home/alice/.local/state/pm2ctl /run/user/4001/pm2ctl \( -name '*sends*' -o -name '*hello*' \))" ""
        ok "... and bob's runs on" bob systemctl --user is-active -q pm2@sends.service
        without_journal;;
esac
done_testing
