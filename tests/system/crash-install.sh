#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 400
# Install, update and uninstall killed at random moments, or the machine with them: the module is at the old or the new
# version, the next commands work, and nothing is left behind. Several modules at once, so that they meet each other.
. "${0%/*}/lib.sh"

thorough=${PM2CTL_TEST_THOROUGH:-0}
lanes=3
kills=$((thorough ? 68 : 3))          # in each lane, that came before the command was done
reboots=$((thorough ? 10 : 1))        # amid an install, in at most this many boots:
boots=$((thorough ? 15 : 4))
tries=$((thorough ? 10 : 1))
modules=/var/lib/pm2ctl/modules
saved=/var/tmp/crash-install

# Versions with install scripts, so that there are two units to be killed in; one program, so that it starts fast.
make_package() { # NAME VERSION SCRIPT
        mkdir -p "$saved/packages/$1/$2"
        cat >"$saved/packages/$1/$2/package.json" <<EOF
{ "name": "$1", "version": "$2", "scripts": { "postinstall": "$3" },
  "apps": [{ "script": "run.sh", "interpreter": "sh" }] }
EOF
        echo 'exec sleep 100000' >"$saved/packages/$1/$2/run.sh"
}

listed() { # NAME: its version, or nothing
        pm2ctl list --json=short | json "''.join(m['version'] for m in d if m['name'] == '$1')"
}

leftovers() { # what a command must not leave behind
        ls -A /var/lib/pm2ctl/staging
        ls -A /var/lib/private/pm2ctl/staging 2>/dev/null
        systemctl list-units --all --plain --no-legend 'pm2-fetch@*' 'pm2-scripts@*'
        find "$modules" -maxdepth 2 -name '.#*'
}

# Whether the module runs as another version than the one that is listed, or though it is not listed
stranger() { # NAME
        local pid version found
        # before it is executed, pm2-launch is nowhere yet
        wait_for 60 output_has '^(active|inactive|failed|unknown)' systemctl is-active "pm2@$1.service"
        pid=$(systemctl show -P MainPID "pm2@$1.service")
        [ "$pid" -gt 0 ] || return 0
        version=$(json "d['version']" <"/proc/$pid/cwd/package.json") || version=none
        found=$(listed "$1")
        [ "$version" != "$found" ] || return 0
        echo "$1 runs version $version, '$found' is listed"
        ls -ld "/proc/$pid/cwd" "$modules/$1/"*
}

# after_kill NAME VERSION...: what must hold; silent if all is well. One of the versions is installed, or none of them
# if "-" is among them.
after_kill() {
        local name=$1 found wanted tree; shift
        wanted=" $* "
        stranger "$name"
        found=$(listed "$name")
        [ "${wanted#* "${found:--}" }" != "$wanted" ] || echo "version '$found', wanted one of$wanted"
        [ -n "$found" ] || return 0
        tree=$modules/$name/current/node_modules/$name
        [ "$(cat "$tree/scripted")" = "done" ] || echo "the release has not run its scripts"
        pm2ctl -q start "$name" || echo "start fails"
        systemctl is-active -q "pm2@$name.service" || echo "start does not start"
        stranger "$name"
}

# How long an undisturbed command takes as things are is what the moments to kill such ones are chosen by.
timed() { # VERB NAME[@VERSION]
        local begin=${EPOCHREALTIME/./}
        pm2ctl -q "$@" || return
        echo "$(((${EPOCHREALTIME/./} - begin) / 1000))" >"$saved/$1-${2%@*}"
}

# Sets DELAY to a moment in this part of such a command, in seconds. Not in a subshell, which has random numbers of its
# own, and before the command is started, so that nothing but the command takes time.
choose_moment() { # PERCENT VERB NAME[@VERSION]
        local span moment
        span=$(cat "$saved/$2-${3%@*}")
        [ "$2" != install ] || span=$((span > 1000 ? span - 800 : 200))   # the rest is waiting for the module to be stable
        moment=$((RANDOM * span * $1 / 100 / 32768))
        printf -v DELAY '%d.%03d' $((moment / 1000)) $((moment % 1000))
}

# after_install NAME VERSION: it works, and nothing of what was killed before is left in its folder
after_install() {
        timed install "$1@$2" || echo "install fails"
        [ "$(listed "$1")" = "$2" ] || echo "is at $(listed "$1") after the install of $2"
        stranger "$1"
        [ "$(ls -A "$modules/$1")" = $'current\nreleases' ] || ls -A "$modules/$1"
        [ "$(ls -A "$modules/$1/releases" | wc -l)" -le 2 ] || ls -A "$modules/$1/releases"
}

# kill_amid WHOM VERB NAME[@VERSION]: pm2ctl, or the programs in its units. Fails if the command was done before.
kill_amid() {
        local whom=$1 pid number r=0; shift
        choose_moment 100 "$@"
        setsid pm2ctl -q "$@" >"$output" 2>&1 &
        pid=$!
        sleep "$DELAY"
        if [ "$whom" = pm2ctl ]; then
                kill -KILL "$pid" 2>/dev/null
        else
                number=$(readlink "/proc/$pid/fd/"* | sed -n 's|.*/staging/\([0-9]*\)$|\1|p')
                systemctl kill -s KILL "pm2-fetch@$number.service" "pm2-scripts@$number.service" 2>/dev/null
        fi
        wait "$pid" 2>/dev/null || r=$?
        [ "$r" -ne 0 ]
}

# One after the other during an update, every fourth time during an uninstall and then during a first install, until
# so many came before the install was done. All must end well, those that came late as well.
torture() { # NAME KILLS
        local name=$1 tries whom old complaints killed=0 bad=0 output=$saved/output-$1
        timed uninstall "$name" && timed install "$name@1.0.0" || return
        for ((tries = 1; killed < $2 && tries <= 4 * $2; tries++)); do
                whom=$((RANDOM % 4)) old=1.0.0 complaints=
                [ "$whom" -eq 0 ] && whom=unit || whom=pm2ctl
                if [ $((tries % 4)) -eq 3 ]; then
                        kill_amid pm2ctl uninstall "$name" || :
                        complaints=$(after_kill "$name" "$old" -)
                        [ -z "$(listed "$name")" ] || timed uninstall "$name" || complaints+="uninstall fails"
                        old=-
                fi
                ! kill_amid "$whom" install "$name@2.0.0" || killed=$((killed + 1))
                complaints+=$(after_kill "$name" "$old" 2.0.0; after_install "$name" 1.0.0)
                [ -n "$complaints" ] || continue
                bad=$((bad + 1))
                printf '%s\n' "$name, try $tries, $whom killed, version before $old:" "$complaints" "the command said:" "$(cat "$output")"
        done
        echo "$name: killed $killed times in $((tries - 1)) tries, the last install took $(cat "$saved/install-$name") ms"
        [ "$bad" -eq 0 ] && [ "$killed" -eq "$2" ]
}

torture_all() {
        local i pids=() r=0
        for ((i = 1; i <= lanes; i++)); do
                { RANDOM=$((seed + i)); torture "victim-$i" "$kills"; } &
                pids+=($!)
        done
        for i in "${pids[@]}"; do wait "$i" || r=1; done
        return "$r"
}

# Two commands on one module at the same time; whichever is first, both do what they say.
at_once() { # TIMES ARGUMENTS
        local i first second complaints bad=0 output=$saved/output
        for ((i = 1; i <= $1; i++)); do
                choose_moment 50 install victim-1
                pm2ctl -q install victim-1@1.0.0 >"$output" 2>&1 &
                first=$!
                sleep "$DELAY"
                # shellcheck disable=SC2086
                pm2ctl -q $2 >>"$output" 2>&1 &
                second=$!
                complaints=
                wait "$first" || complaints+=" the install fails"
                wait "$second" || [ $? -eq 4 ] || complaints+=" $2 fails"
                complaints+=$(leftovers; after_kill victim-1 - 1.0.0 2.0.0)
                [ -z "$complaints" ] || { bad=$((bad + 1)); echo "try $i: $complaints"; cat "$output"; }
        done
        [ "$bad" -eq 0 ]
}

# What a killed install has started goes on; any command that changes something ends it.
left_at_work() {
        local pid folder=/var/lib/pm2ctl data=/var/lib/private/pm2ctl-data/ghost
        setsid pm2ctl -q install endless >/dev/null 2>&1 &
        pid=$!
        ok "install scripts run" wait_for 60 pgrep -fx 'sleep 77777'
        kill -KILL "$pid"
        wait "$pid" 2>/dev/null
        is "... on when pm2ctl is killed" "$(pgrep -fxc 'sleep 77777')" 1
        # as an uninstall leaves it that was killed after its commit, and a first install before
        mkdir -p "$folder/staging/removed-ghost/releases" "$folder/modules/unborn/releases/1.0.0-1" "$data"
        echo '{}' >"$folder/axm/ghost.json"
        ok "the next command" pm2ctl enable victim-1
        is "... ends them and clears the folders" "$(leftovers; find "$modules" -mindepth 1 -maxdepth 1 ! -name "victim-*")" ""
        fails "... to the last process" pgrep -fx 'sleep 77777'
        is "... and forgets what was removed" "$(ls -d "$data" "$folder/axm/ghost.json" 2>/dev/null)" ""
}

prepare() {
        local i
        mkdir -p "$saved"
        for ((i = 1; i <= lanes; i++)); do
                make_package "victim-$i" 1.0.0 "sleep 0.1; echo done >scripted"
                make_package "victim-$i" 2.0.0 "sleep 0.1; echo done >scripted"
        done
        make_package endless 1.0.0 "sleep 77777"
        echo "${PM2CTL_TEST_SEED:-$(($$ % 1000 * 1000 + RANDOM % 1000))}" >"$saved/seed"
        serve_packages "$saved/packages" && use_registry "$SERVED"
        : >"$saved/rebooted"
        ok "modules" pm2ctl install victim-1@1.0.0 victim-2@1.0.0 victim-3@1.0.0
        is "nothing is left behind" "$(leftovers)" ""
}

case $REBOOT_MARK in
'') prepare;;
*) serve_packages "$saved/packages" && use_registry "$SERVED";;
esac
seed=$(cat "$saved/seed")
RANDOM=$((seed + ${REBOOT_MARK:-0} * 100))

if [ -z "$REBOOT_MARK" ]; then
        echo "# PM2CTL_TEST_SEED=$seed"
        ok "killed $((lanes * kills)) times before it was done" torture_all && test_comment <<<"$OUTPUT"
        is "the next install leaves nothing behind" "$(after_install victim-1 1.0.0; leftovers)" ""
        left_at_work
        ok "two installs of one module at once" at_once "$tries" "install victim-1@2.0.0"
        ok "an uninstall amid an install" at_once "$tries" "uninstall victim-1"
        ok "an install afterwards" pm2ctl -q install victim-1@1.0.0
else
        ok "the start at boot ends" wait_for 60 output_has '^(active|failed)' systemctl is-active pm2-modules.service
        is "after a reboot amid an install all is well" "$(after_kill victim-1 1.0.0 2.0.0; leftovers)" ""
        is "... and after the next install" "$(after_install victim-1 1.0.0; leftovers)" ""
fi
# As with the kills, until so many came before the install was done. Then it leaves a mark; one that fails as its manager
# goes, an instant before it goes itself, leaves none.
[ -z "$REBOOT_MARK" ] || [ -e "$saved/done" ] || echo >>"$saved/rebooted"
rebooted=$(wc -l <"$saved/rebooted")
if [ "$rebooted" -lt "$reboots" ] && [ "${REBOOT_MARK:-0}" -lt "$boots" ]; then
        rm -f "$saved/done"
        choose_moment 100 install victim-1
        setsid bash -c "pm2ctl -q install victim-1@2.0.0 && touch '$saved/done'" >/dev/null 2>&1 &
        sleep "$DELAY"
        reboot_and_continue "$((${REBOOT_MARK:-0} + 1))"
fi
is "rebooted so many times before the install was done" "$rebooted" "$reboots"
done_testing
