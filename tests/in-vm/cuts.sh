#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 150
# outside: it cuts the machine's power
# The power is cut at random moments of install, update, set and uninstall. After the next boot there is the old state or
# the new one, files are whole, modules run, and the next command leaves nothing behind. What had ended well before the cut
# is there.
#
# This file is run beside the machine, and calls itself there: cuts.sh inside FUNCTION [ARG...].
here=$(cd "${0%/*}" && pwd)
. "$here/../system/lib.sh"

thorough=${PM2CTL_TEST_THOROUGH:-0}
cuts=$((thorough ? 56 : 6))   # that came before the command was done
verbs=(update install set uninstall)
modules=/var/lib/pm2ctl/modules
saved=/var/tmp/cuts
old_value=$(printf 'old %.0s' {1..300}) new_value=$(printf 'new %.0s' {1..300})

# -- in the machine

make_package() { # VERSION: some files of each size, a dependency, a script
        local folder=$saved/packages/victim/$1 i
        mkdir -p "$folder/lib"
        for i in {1..40}; do head -c $((i * i * 64)) /dev/urandom >"$folder/lib/$i"; done
        cat >"$folder/package.json" <<X
{ "name": "victim", "version": "$1", "scripts": { "postinstall": "echo done >scripted" }, "dependencies": { "dep-a": "1" },
  "config": { "text": "of the package" }, "apps": [{ "script": "run.sh", "interpreter": "sh" }] }
X
        # shellcheck disable=SC2016
        echo 'echo "$text"; exec sleep 100000' >"$folder/run.sh"
}

serve() { # TAG: the registry, whose latest version this is
        echo "{ \"latest\": \"$1\" }" >"$saved/packages/victim/dist-tags.json"
        systemctl -q is-active registry || systemd-run -q --unit=registry node "$TESTS/registry.js" --port 4873 \
                --packages "$TESTS/packages" --packages "$saved/packages"
        wait_for 20 bash -c ': </dev/tcp/127.0.0.1/4873'
}

# All of a release that is not its number: names, modes, links, contents
contents() { # MODULE
        (cd "$modules/$1/current/" && find . -printf '%P %M %u %l\n' | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum) |
                grep -v ' \./module.json$'
}

listed() { pm2ctl list --json=short | json "''.join(m['version'] for m in d if m['name'] == '$1')"; }   # NAME

# Every state of a step is one of these words: a version and a value, "-" for what is not there
state() {
        local version value
        version=$(listed victim)
        value=$(pm2ctl get victim:text 2>&1)
        case $value in "$old_value") value=old;; "$new_value") value=new;; *) value="neither: $value";; esac
        echo "${version:--} $value"
}

unreadable() { # files that do not parse, or are of no length
        python3 - <<'X'
import configparser, json, os
for top in "/var/lib/pm2ctl", "/etc/pm2ctl":
    for folder, _, names in os.walk(top):
        if "/staging/" in folder + "/":
            continue
        for name in names:
            path = os.path.join(folder, name)
            if os.path.islink(path):
                continue
            try:
                if name.startswith(".#"):
                    continue
                if name.endswith(".json"):
                    json.load(open(path))
                elif name.endswith(".ini"):
                    p = configparser.RawConfigParser(delimiters="=", strict=True)
                    p.optionxform = str
                    p.read_file(open(path))
                    if os.stat(path).st_mode & 0o777 != 0o600 or not p.sections():
                        print(path, "is open or empty")
            except Exception as e:
                print(path, repr(e))
X
}

leftovers() {
        find /var/lib/pm2ctl/staging /var/lib/private/pm2ctl/staging -mindepth 1 -maxdepth 1 2>/dev/null
        systemctl list-units --all --plain --no-legend 'pm2-fetch@*' 'pm2-scripts@*'
        find "$modules" -maxdepth 2 -name '.#*'
        find /etc/pm2ctl -name '.#*'
}

whole() { # MODULE VERSION: its release is the one it was when nothing disturbed it, and it runs
        local difference
        difference=$(diff "$saved/$1-$2" <(contents "$1")) || echo "$1 $2 is not whole: $difference"
        wait_for 20 systemctl is-active -q "pm2@$1.service" || systemctl status --no-pager "pm2@$1.service"
}

# after_cut STATE...: what must hold; silent if all is well
after_cut() {
        local found each good=
        found=$(state)
        for each; do [ "$found" != "$each" ] || good=1; done
        [ -n "$good" ] || echo "the state is '$found', wanted one of: $(printf "'%s' " "$@")"
        unreadable
        [ "${found% *}" = - ] || whole victim "${found% *}"
        whole bystander 1.0.0
        [ "${found% *}" != - ] || [ ! -e "$modules/victim" ] || find "$modules/victim"
        systemctl --failed --plain --no-legend
        pm2ctl -q enable bystander || echo "the next command fails"
        leftovers
}

prepare() {
        make_package 1.0.0
        make_package 2.0.0
        mkdir -p "$saved/packages/bystander/1.0.0"
        echo '{ "name": "bystander", "version": "1.0.0", "apps": [{ "script": "run.sh", "interpreter": "sh" }] }' >"$saved/packages/bystander/1.0.0/package.json"
        echo 'exec sleep 100000' >"$saved/packages/bystander/1.0.0/run.sh"
        use_registry http://127.0.0.1:4873/
        serve 2.0.0 && pm2ctl -q set victim:text "$old_value" && pm2ctl -q install bystander victim && contents victim >"$saved/victim-2.0.0" &&
                contents bystander >"$saved/bystander-1.0.0" && serve 1.0.0 && pm2ctl -q install victim && contents victim >"$saved/victim-1.0.0" && sync
}

# As it has to be before the step; flushed, so that nothing but the step can be lost
before() { # VERB
        [ "$(pm2ctl get victim:text 2>&1)" = "$old_value" ] || pm2ctl -q set victim:text "$old_value" || return
        if [ "$1" = install ]; then
                [ -z "$(listed victim)" ] || pm2ctl -q uninstall victim || return
        elif [ "$(listed victim)" != 1.0.0 ]; then
                serve 1.0.0 && pm2ctl -q install victim || return
        fi
        case $1 in install) serve 1.0.0;; update) serve 2.0.0;; esac && sync
}

step() { # VERB
        echo begin
        case $1 in
        set) pm2ctl -q set victim:text "$new_value";;
        *) pm2ctl -q "$1" victim;;
        esac
}

if [ "${1:-}" = inside ]; then
        shift
        "$@"
        exit
fi

# -- beside the machine

inside() { "$TESTS/vm" exec "$MACHINE" env PM2CTL_TEST_SLOWNESS="${PM2CTL_TEST_SLOWNESS:-10}" bash "$here/cuts.sh" inside "$@"; }

declare -A old=([install]="- old" [update]="1.0.0 old" [set]="1.0.0 old" [uninstall]="1.0.0 old")
declare -A new=([install]="1.0.0 old" [update]="2.0.0 old" [set]="1.0.0 new" [uninstall]="- old")
declare -A span

begin_step() { # VERB: sets PID, once the command has begun
        inside step "$1" >"$test_output.step" 2>&1 &
        PID=$!
        until grep -qs begin "$test_output.step"; do
                kill -0 "$PID" 2>/dev/null || break
                sleep 0.02
        done
}

milliseconds() { echo "$((${EPOCHREALTIME/./} / 1000))"; }

undisturbed() { # VERB: how long it takes
        local start
        inside before "$1" || return
        begin_step "$1"
        start=$(milliseconds)
        wait "$PID" || return
        span[$1]=$(($(milliseconds) - start))
        echo "# $1 takes ${span[$1]} ms"
        is "$1 does what it shall" "$(inside state)" "${new[$1]}"
}

# one_cut VERB: 0 if it came while the command ran; sets COMPLAINTS
one_cut() {
        local verb=$1 moment r=0 wanted=("${new[$1]}" "${old[$1]}") qemu
        COMPLAINTS=$(inside before "$verb" 2>&1) || COMPLAINTS="cannot prepare: $COMPLAINTS"
        if [ -n "$COMPLAINTS" ]; then
                test_comment <<<"$COMPLAINTS"
                return 1
        fi
        moment=$((RANDOM * span[$verb] / 32768))
        qemu=$("$TESTS/vm" pid "$MACHINE")
        begin_step "$verb"
        sleep "$((moment / 1000)).$(printf %03d $((moment % 1000)))"
        kill -KILL "$qemu"
        if wait "$PID"; then
                r=1
                wanted=("${new[$verb]}")
        fi 2>/dev/null
        "$TESTS/vm" reboot "$MACHINE" || COMPLAINTS="no boot"
        COMPLAINTS+=$(inside after_cut "${wanted[@]}" 2>&1)
        echo "# $verb cut after $moment of ${span[$verb]} ms$([ "$r" -eq 0 ] || echo ", which was too late"): $(inside state)"
        [ -z "$COMPLAINTS" ] || printf '%s\n' "$COMPLAINTS" "the command said:" "$(cat "$test_output.step")" | test_comment
        return "$r"
}

RANDOM=${PM2CTL_TEST_SEED:=$(($$ % 32768))}
echo "# PM2CTL_TEST_SEED=$PM2CTL_TEST_SEED"
ok "modules are there" inside prepare
for verb in "${verbs[@]}"; do
        undisturbed "$verb" || { test_line "not ok" "$verb works"; done_testing; }
done
came=0 bad=0
for ((try = 0; came < cuts && try < 2 * cuts; try++)); do
        ! one_cut "${verbs[try % 4]}" || came=$((came + 1))
        [ -z "$COMPLAINTS" ] || bad=$((bad + 1))
done
rm -f "$test_output.step"
is "so many cuts came while the command ran" "$came" "$cuts"
is "after each there was the old state or the new, and all was well" "$bad" 0
done_testing
