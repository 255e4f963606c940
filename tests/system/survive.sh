#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 180
# What is around the modules goes and comes: the manager reloads or replaces itself, the bus, the relay, a module's own
# program, a user's whole manager are killed. What comes back is what was declared.
. "${0%/*}/lib.sh"

# in_scope SCOPE COMMAND...: as root, or as the user with modules of her own
in_scope() {
        local scope=$1; shift
        if [ "$scope" = system ]; then "$@"; else as_user alice "$@"; fi
}

manager() { in_scope "$1" systemctl "--$1" "${@:2}"; }   # SCOPE COMMAND...
main_pid() { manager "$1" show -P MainPID "pm2@$2.service"; }
option() { in_scope "$1" pm2ctl show sends --json=short | json "(d['options'] or {}).get('$2')"; }   # SCOPE KEY

# What somebody asked for; it holds whatever happens.
declared() { # SCOPE
        local scope=$1 module
        in_scope "$scope" pm2ctl list --json=short | json "[(m['name'], m['version'], m['pm_id'], m['enabled'], m['active']) for m in d]"
        for module in hello sends; do
                in_scope "$scope" pm2ctl conf "$module" --json=short
                in_scope "$scope" pm2ctl env "$module" --json=short | json "{k: v for k, v in d.items() if not k.startswith(('INVOCATION_ID', 'JOURNAL_STREAM', 'MANAGERPID', 'SYSTEMD_EXEC_PID'))}"
                manager "$scope" show -p MemoryMax,Restart,Slice,Description "pm2@$module.service"
        done
        option "$scope" owner
}

# The same, the processes and all that systemd says of them
state() { # SCOPE
        local scope=$1 folder=/var/lib/pm2ctl
        [ "$scope" = system ] || folder=/home/alice/.local/state/pm2ctl
        declared "$scope"
        in_scope "$scope" pm2ctl list --json=short | json "[(m['name'], m['pid'], m['restarts']) for m in d]"
        manager "$scope" show -P MainPID pm2-axm-relay.service
        for module in hello sends; do
                manager "$scope" show "pm2@$module.service" | lasting_properties | grep -v ^StatusText=
        done
        find "$folder/axm" -name '*.json' -exec sha256sum {} + | sort
}

# Whether both have announced their last action, a second after their start, and it is recorded.
have_said_all() { # SCOPE
        local module
        for module in hello sends; do
                in_scope "$1" pm2ctl show "$module" --json=short | grep -q km:heap:sampling:stop || return
        done
}

# changes_nothing SCOPE DESCRIPTION COMMAND...
changes_nothing() {
        local scope=$1 description=$2 before; shift 2
        wait_for 20 have_said_all "$scope"
        before=$(state "$scope")
        ok "$description" "$@"
        is "... changes nothing" "$(diff <(echo "$before") <(wait_for 20 in_scope "$scope" pm2ctl list >/dev/null; state "$scope"))" ""
}

install() { # SCOPE
        local scope=$1 dropins=/etc/systemd/system
        [ "$scope" = system ] || dropins=/home/alice/.config/systemd/user
        in_scope "$scope" mkdir -p "$dropins/pm2@hello.service.d"
        printf '[Service]\nMemoryMax=777M\nWatchdogSec=6s\n' | in_scope "$scope" tee "$dropins/pm2@hello.service.d/memory.conf" >/dev/null
        ok "modules of the $scope scope" in_scope "$scope" pm2ctl -q install hello sends shell-axm
        ok "... settings" in_scope "$scope" pm2ctl -q set hello:greeting "good evening" sends:owner "$scope"
        ok "... and one that is not wanted at boot" in_scope "$scope" pm2ctl -q disable shell-axm
        ok "... stopped" in_scope "$scope" pm2ctl -q stop shell-axm
        ok "they are recorded" wait_for 20 output_has "^$scope\$" option "$scope" owner
        like "the drop-in counts" "$(manager "$scope" show -P MemoryMax pm2@hello.service)" '^814743552$'
}

kill_bus() {
        systemctl kill -s KILL dbus.service
        wait_for 20 output_has '^(failed|inactive|active)' systemctl is-active dbus.service
        systemctl reset-failed dbus.service dbus.socket 2>/dev/null
        systemctl start dbus.socket dbus.service
        systemctl restart systemd-logind.service   # 257's does not come back to the bus by itself
}

is_back() { # SCOPE MODULE OLD-PID
        local pid
        pid=$(main_pid "$1" "$2")
        [ "$pid" != "$3" ] && [ "$pid" != 0 ] && manager "$1" is-active -q "pm2@$2.service"
}

kill_program() { # SCOPE
        local scope=$1 pid before
        before=$(declared "$scope")
        pid=$(main_pid "$scope" hello)
        kill -KILL "$pid"
        ok "a killed program of the $scope scope is back" wait_for 20 is_back "$scope" hello "$pid"
        is "... as it was declared" "$(diff <(echo "$before") <(declared "$scope"))" ""
        is "... with a bridge" "$(pgrep -fc "^pm2-bridge.hello\$" -u "$(ps -o uid= -p "$(main_pid "$scope" hello)" | tr -d ' ')")" 1
}

kill_relay() { # SCOPE
        local scope=$1 pid
        pid=$(manager "$scope" show -P MainPID pm2-axm-relay.service)
        kill -KILL "$pid"
        ok "a killed relay is back" wait_for 20 output_has '^active$' manager "$scope" is-active pm2-axm-relay.service
        ok "... and records on" in_scope "$scope" pm2ctl -q set sends:owner "$scope again"
        ok "... indeed" wait_for 20 output_has "^$scope again\$" option "$scope" owner
}

runs_again() { wait_for 30 manager user is-active -q pm2@hello.service && wait_for 30 manager user is-active -q pm2@sends.service; }

# A module cannot tell that its bridge is gone; the manager can.
kill_bridge() { # SCOPE
        local scope=$1 uid pid bridge before
        before=$(declared "$scope")
        pid=$(main_pid "$scope" hello)
        uid=$(ps -o uid= -p "$pid" | tr -d ' ')
        bridge=$(pgrep -f "^pm2-bridge.hello\$" -u "$uid")
        kill -KILL "$bridge"
        ok "a module whose bridge was killed is started again" wait_for 20 is_back "$scope" hello "$pid"
        is "... as it was declared" "$(diff <(echo "$before") <(declared "$scope"))" ""
        ok "... with another bridge" pgrep -f "^pm2-bridge.hello\$" -u "$uid"
}

# One that closes its channel has no use for a bridge.
close_channel() { # SCOPE
        local pid
        pid=$(main_pid "$1" closes)
        ok "a module's own end of its channel is the end of its bridge" wait_for 20 bash -c '! pgrep -f "^pm2-bridge.closes\$"'
        sleep 7
        is "... and not of the module" "$(main_pid "$1" closes)" "$pid"
}

# A user's manager goes, with all it runs, and is started as a login does it.
lose_manager() { # DESCRIPTION COMMAND...
        local before description=$1 pids; shift
        before=$(declared user)
        pids="$(main_pid user hello) $(main_pid user sends)"
        ok "$description" "$@"
        # shellcheck disable=SC2086
        ok "... ends what ran under it" wait_for 20 bash -c '! kill -0 '"$pids"' 2>/dev/null'
        ok "... and can be started" systemctl start user@4001.service
        ok "... with its modules" runs_again
        ok "... recorded" wait_for 20 output_has . option user owner
        is "... as they were declared" "$(diff <(echo "$before") <(declared user))" ""
        is "... each once" "$(pgrep -u alice -fc 'node_modules/(hello|sends|shell-axm)/')" 2
        is "... nothing failed" "$(manager user --failed --plain --no-legend)" ""
}

kill_manager() {
        kill -KILL "$(systemctl show -P MainPID user@4001.service)"
        wait_for 20 output_has '^(failed|inactive)' systemctl is-active user@4001.service
        systemctl reset-failed user@4001.service 2>/dev/null || :
}

ok "a user with a manager" add_user alice 4001
use_local_registry
use_local_registry /home/alice
for scope in system user; do
        install "$scope"
        changes_nothing "$scope" "daemon-reload, $scope scope," manager "$scope" daemon-reload
        changes_nothing "$scope" "daemon-reexec, $scope scope," manager "$scope" daemon-reexec
        kill_program "$scope"
        kill_bridge "$scope"
        kill_relay "$scope"
done
mkdir -p /srv/closes /etc/systemd/system/pm2@closes.service.d
echo '{ "name": "closes", "version": "1.0.0", "apps": [{ "script": "x.js" }] }' >/srv/closes/package.json
echo 'setTimeout(() => process.disconnect(), 500); setInterval(() => {}, 1000)' >/srv/closes/x.js
printf '[Service]\nWatchdogSec=6s\n' >/etc/systemd/system/pm2@closes.service.d/watchdog.conf
ok "a module that closes its channel" pm2ctl -q install /srv/closes --uid=nobody
close_channel system
ok "uninstalled" pm2ctl -q uninstall closes
changes_nothing system "the system's bus killed and started" kill_bus
before=$(state system)
lose_manager "a restarted user manager" systemctl restart user@4001.service
lose_manager "a killed user manager" kill_manager
is "the system's modules noticed nothing" "$(diff <(echo "$before") <(state system))" ""
done_testing
