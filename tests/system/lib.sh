# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the system tests are written in. A test is a script here beside, run by tests/system/run as root inside a fresh
# machine with pm2ctl installed:
#
#   #!/bin/bash
#   # SPDX-License-Identifier: LGPL-2.1-or-later
#   # timeout: 120                          seconds for the whole script; 300 if there is no such line
#   . "${0%/*}/lib.sh"
#   use_local_registry
#   ok "hello is installed" pm2ctl install hello
#   done_testing
#
# Each checking function prints one line of TAP and, on failure, what the command said. A script that ends without
# done_testing has failed. $REGISTRY is a registry that serves tests/packages, $TESTS this tests folder, $BUILD where
# pm2ctl was built.
set -u -o pipefail

TESTS=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
test_state=/var/tmp/test-state   # survives a reboot: lines printed so far, and how many of them were failures
test_output=$(mktemp)
test_count=0
test_failures=0
# shellcheck disable=SC2034
REBOOT_MARK=
[ ! -e "$test_state" ] || . "$test_state"

OUTPUT=   # what the last checked command printed, stdout and stderr

test_line() { # ok|not ok DESCRIPTION
        test_count=$((test_count + 1))
        [ "$1" = ok ] || test_failures=$((test_failures + 1))
        echo "$1 $test_count - ${2//#/\\#}"
}

test_comment() { sed 's/^/#   /' | cut -c1-2000 | head -n 100; }

# Runs COMMAND without a subshell, so that functions can be checked that set variables.
test_run() { # COMMAND...
        local r=0
        "$@" >"$test_output" 2>&1 || r=$?
        OUTPUT=$(tr -d '\0' <"$test_output")
        return "$r"
}

test_judge() { # 0|1 DESCRIPTION STATUS WANTED COMMAND...
        local good=$1 description=$2 status=$3 wanted=$4; shift 4
        if [ "$good" -eq 0 ]; then
                test_line ok "$description"
                return 0
        fi
        test_line "not ok" "$description"
        printf '# $ %s\n' "$(printf '%q ' "$@")"
        echo "# exit status $status, wanted $wanted; it said:"
        printf '%s\n' "$OUTPUT" | test_comment
        return 1
}

# ok DESCRIPTION COMMAND...: it succeeds
ok() {
        local description=$1 r=0; shift
        test_run "$@" || r=$?
        test_judge "$r" "$description" "$r" 0 "$@"
}

# fails DESCRIPTION COMMAND...: it fails by its own decision; to be missing or killed does not count
fails() {
        local description=$1 r=0; shift
        test_run "$@" || r=$?
        test_judge "$((r == 0 || r >= 124))" "$description" "$r" "1 to 123" "$@"
}

# exits DESCRIPTION STATUS COMMAND...: it ends with exactly this status
exits() {
        local description=$1 wanted=$2 r=0; shift 2
        test_run "$@" || r=$?
        test_judge "$((r != wanted))" "$description" "$r" "$wanted" "$@"
}

# is DESCRIPTION GOT WANTED: the two are equal
is() {
        if [ "$2" = "$3" ]; then
                test_line ok "$1"
                return 0
        fi
        test_line "not ok" "$1"
        printf '%s\n' "got:    $2" "wanted: $3" | test_comment
        return 1
}

# like DESCRIPTION TEXT REGEX: a line of TEXT matches the extended REGEX
like() {
        if grep -Eq -e "$3" <<<"$2"; then
                test_line ok "$1"
                return 0
        fi
        test_line "not ok" "$1"
        printf '%s\n' "no line matches: $3" "$2" | test_comment
        return 1
}

# unlike DESCRIPTION TEXT REGEX: TEXT is not empty and no line of it matches
unlike() {
        if [ -n "$2" ] && ! grep -Eq -e "$3" <<<"$2"; then
                test_line ok "$1"
                return 0
        fi
        test_line "not ok" "$1"
        printf '%s\n' "a line matches, or there is none: $3" "$2" | test_comment
        return 1
}

# skip DESCRIPTION REASON: one check that cannot be made here. Where CI is set nothing may be skipped.
skip() {
        if [ "${CI:-}" = true ]; then
                test_line "not ok" "$1"
                echo "# skipped, which CI does not allow: $2"
        else
                test_count=$((test_count + 1))
                echo "ok $test_count - ${1//#/\\#} # SKIP $2"
        fi
}

# skip_all REASON: ends a test that cannot be made here
skip_all() {
        skip "$(basename "$0" .sh)" "$1"
        done_testing
}

done_testing() {
        echo "1..$test_count"
        rm -f "$test_output"
        exit "$((test_failures > 0))"
}

# reboot_and_continue MARK [--clean]: the machine loses its power (or is shut down) and boots; then the script is run
# again from its top with REBOOT_MARK set:  case $REBOOT_MARK in '') …; reboot_and_continue two;; two) …;; esac
reboot_and_continue() {
        printf 'REBOOT_MARK=%q\ntest_count=%q\ntest_failures=%q\ntest_clean=%q\n' \
                "$1" "$test_count" "$test_failures" "${2:-}" >"$test_state"
        sync -f "$test_state"
        rm -f "$test_output"
        echo "# reboot: $1"
        exit 75   # what tests/system/run understands as a wish to reboot
}

# wait_for SECONDS COMMAND...: until it succeeds; 1 and a last run with its output if it never does. $PM2CTL_TEST_SLOWNESS
# times as long, where the machine is slower than its processor.
wait_for() {
        local deadline=$((${EPOCHREALTIME/./} + $1 * ${PM2CTL_TEST_SLOWNESS:-1} * 1000000)); shift
        until "$@" >/dev/null 2>&1; do
                if [ "${EPOCHREALTIME/./}" -ge "$deadline" ]; then
                        "$@"
                        return
                fi
                sleep 0.05
        done
}

# output_has REGEX COMMAND...: for wait_for, a line of what COMMAND prints matches
output_has() {
        local regex=$1 text; shift
        text=$("$@" 2>&1) || :
        grep -Eq -e "$regex" <<<"$text" || { printf '%s\n' "no line matches: $regex" "$text"; return 1; }
}

# add_user NAME UID: a user whose manager runs now and after a reboot
add_user() {
        useradd -m -s /bin/bash -u "$2" "$1" && loginctl enable-linger "$1" && wait_for 20 test -S "/run/user/$2/bus"
}

# as_user NAME COMMAND...: with what a login would set
as_user() {
        local name=$1 uid home; shift
        uid=$(id -u "$name") && home=$(getent passwd "$name" | cut -d: -f6) || return
        (cd "$home" && setpriv --reuid "$uid" --regid "$(id -g "$name")" --init-groups env -i \
                HOME="$home" USER="$name" LOGNAME="$name" SHELL=/bin/bash PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 \
                XDG_RUNTIME_DIR="/run/user/$uid" DBUS_SESSION_BUS_ADDRESS="unix:path=/run/user/$uid/bus" "$@")
}

# use_registry URL [HOME]: npm and pm2ctl of root (or of the user with this HOME) install from there, keeping what
# else its .npmrc says
use_registry() {
        local rc=${2:-/root}/.npmrc rest
        rest=$(grep -v '^registry=' "$rc" 2>/dev/null) || :
        printf '%s\n' "$rest" "registry=$1" >"$rc"
        chown --reference="${rc%/*}" "$rc"
}

# use_local_registry [HOME]: the one that serves tests/packages
use_local_registry() { use_registry "$REGISTRY" "$@"; }

# serve_packages DIR: a registry of the test's own, made from folders as tests/packages is; sets SERVED to its URL. It
# ends with the machine.
serve_packages() {
        local out
        out=$(mktemp)
        setsid node "$TESTS/registry.js" --packages "$1" >"$out" 2>&1 </dev/null &
        wait_for 20 grep -q '^http' "$out" || return
        # shellcheck disable=SC2034
        SERVED=$(cat "$out")
}

# real_registry: whether a registry answers that knows published modules; if not, REASON says so
real_registry() {
        local url
        url=$(cd / && npm config get registry 2>/dev/null)
        # shellcheck disable=SC2034
        REASON="the registry $url does not answer"
        (cd / && npm view pm2-server-monit version --fetch-retries=1 --fetch-timeout=20000) >/dev/null 2>&1
}

# json EXPRESSION: a value of the JSON document on stdin, as a Python expression over d; text comes without quotes
json() {
        python3 -c '
import json, sys
d = json.load(sys.stdin)
r = eval(sys.argv[1])
print(r if isinstance(r, str) else json.dumps(r, sort_keys=True))' "$1"
}

# anonymous_kib PID: memory that no file stands behind. What is private of a library's own pages depends on which other
# process has them mapped at that moment, and a program that lies on a tmpfs is dirty all over.
anonymous_kib() { sed -n 's/^Anonymous: *\([0-9]*\) kB$/\1/p' "/proc/$1/smaps_rollup"; }

# The journal of a unit's current or last run; journald is asked to write out what it has first.
unit_journal() { # UNIT [JOURNALCTL-OPTION...]
        local unit=$1; shift
        journalctl --sync 2>/dev/null || :
        journalctl -u "$unit" --no-pager -o cat "$@"
}

# What `systemctl show` says of a unit, less what changes by itself, lists in one order
shown() { # UNIT [SYSTEMCTL-OPTION...]
        local unit=$1; shift
        systemctl "$@" show "$unit" | lasting_properties
}

lasting_properties() { # of what `systemctl show` says on stdin
        python3 -c '
import re, sys
passing = re.compile("(CPUUsage|WatchdogTimestamp|IO|IP|Memory(Current|Peak|Available|Swap|ZSwap)|TasksCurrent|Effective(Memory|Tasks))")
for line in sorted(sys.stdin):
    if not passing.match(line):
        line = re.sub(r"(start_time|stop_time)=\[[^]]*\] ; ", "", line)
        line = re.sub(r"pid=\d+ ; code=\S* ; status=\S*", "", line)
        name, _, value = line.rstrip("\n").partition("=")
        print(name + "=" + " ".join(sorted(value.split())))'
}
