# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the tests that are scripts and need no machine have in common: they print TAP, and end with done_testing.
n=0 failed=0
output=   # what the last checked command said

result() { # STATUS NAME [NOTE…]
        n=$((n + 1))
        if [ "$1" -eq 0 ]; then
                echo "ok $n - $2"
        else
                echo "not ok $n - $2"
                failed=1
                printf '%s\n' "${@:3}" | sed 's/^/# /'
        fi
}

skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; } # NAME REASON

is() { # NAME WANT GOT
        [ "$2" = "$3" ]
        result $? "$1" "want: $2" "got: $3"
}

# status NAME STATUS COMMAND…: it ends so; what it says is in $output
status() {
        local got
        output=$("${@:3}" 2>&1 </dev/null)
        got=$?
        [ "$got" -eq "$2" ]
        result $? "$1" "want status $2, got $got" "$output"
}

says() { # NAME REGEX: the last command
        grep -Eq -e "$2" <<<"$output"
        result $? "$1" "no line matches: $2" "$output"
}

one_sentence() { # NAME REGEX: the last command, and nothing else
        [ "$(grep -c . <<<"$output")" -eq 1 ] && grep -Eq -e "$2" <<<"$output"
        result $? "$1" "want one line: $2" "$output"
}

# Prints a new folder that no other user may write to, nor to its parents: modules can be linked there. In memory if
# there is such a place.
private_folder() {
        local base path
        for base in /run "${XDG_RUNTIME_DIR:-}" "$PWD" "$HOME"; do
                [ -n "$base" ] && base=$(realpath -- "$base") && [ -w "$base" ] || continue
                path=$base
                until [ -n "$(find "$path" -maxdepth 0 -perm /022)" ] || [ "$path" = / ]; do path=$(dirname "$path"); done
                [ "$path" = / ] || continue
                mktemp -d -p "$base"
                return
        done
        echo "there is no folder that only this user may write to: not /run, XDG_RUNTIME_DIR, $PWD or $HOME" >&2
        return 1
}

# A module as `install` leaves it, without the install.
install_module() { # NAME PACKAGE.JSON [MORE-OF-MODULE.JSON]
        local release=$XDG_STATE_HOME/pm2ctl/modules/${1/\//+}/releases/1.0.0-1
        mkdir -p "$release/node_modules/$1"
        echo "$2" >"$release/node_modules/$1/package.json"
        echo "{\"format\":1,\"name\":\"$1\",\"version\":\"1.0.0\",\"installed\":1,${3:-\"pm_id\":0}}" >"$release/module.json"
        ln -sfn releases/1.0.0-1 "${release%/*/*}/current"
}

done_testing() {
        echo "1..$n"
        exit "$failed"
}
