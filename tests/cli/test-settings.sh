#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# set, get and unset as a person types them, in the user scope of folders of our own and without a manager. TAP.
set -u
. "${0%/*}/lib.sh"

top_builddir=$(cd "${top_builddir:-$(dirname "$0")/../..}" && pwd)
top_srcdir=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
namespace=$top_srcdir/tests/namespace.py
# in memory where that can be had: each set waits for the disk several times
tmp=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
export HOME=$tmp XDG_CONFIG_HOME=$tmp/config XDG_STATE_HOME=$tmp/state XDG_RUNTIME_DIR=$tmp/run
unset DBUS_SESSION_BUS_ADDRESS
files=$XDG_CONFIG_HOME/pm2ctl

pm2ctl() { "$top_builddir/pm2ctl" --user "$@"; }

# prints VERB WORDS…: what a command prints
prints() { # NAME WANT WORD…
        is "$1" "$2" "$(pm2ctl "${@:3}" 2>&1)"
}

# refuses NAME STATUS TEXT WORD…: fails so, says TEXT in one line, and changes nothing
refuses() {
        local before got status
        before=$(cat "$files"/*.ini "$files"/modules/*.ini 2>/dev/null | sha256sum)
        got=$(pm2ctl "${@:4}" 2>&1 </dev/null)
        status=$?
        [ $status -eq "$2" ] && [[ $got == *"$3"* ]] && [ "$(wc -l <<<"$got")" -eq 1 ] &&
                [ "$before" = "$(cat "$files"/*.ini "$files"/modules/*.ini 2>/dev/null | sha256sum)" ]
        result $? "$1" "want $2: $3" "got $status: $got"
}

# -- before anything is there
prints 'get prints nothing where nothing is set' '' get
prints 'get --json of nothing' '{"global":{},"modules":{}}' get --json=short
refuses 'get of what is not set' 1 "'nix' is not set" get nix
refuses 'set without a value says how to remove' 2 'pm2ctl unset' set a
refuses 'set with an odd number of words' 2 "'b' has no value" set a 1 b
refuses 'set without words' 2 'usage' set
[ ! -e "$files" ]
result $? 'reading and mistakes make no folder'

# -- values
pm2ctl set drive / && pm2ctl set tool:drive /srv tool:a:b x 2>err
result $? 'set works where nothing is installed and no manager runs'
is 'it says that the module is not there yet' 2 "$(grep -c "'tool' is not installed" err)"
prints 'get KEY prints the bare value' / get drive
prints 'a nested one' x get tool:a:b
prints 'a module sees the global ones' / get other:drive
prints 'an object is printed as JSON' '{"b":"x"}' get tool:a
is 'files are private' '600 600' "$(stat -c %a "$files/settings.ini" "$files/modules/tool.ini" | paste -sd' ')"
for value in false 0 '' null ' ' -5 -.5 '  x  ' '"q"' "it's" 'a;b' 'a ; b' '# no' '[x]' $'two\nlines' '0 0 * * *' ключ; do
        pm2ctl -q set tool:v "$value"
        prints "get prints '${value//$'\n'/ }'" "$value" get tool:v
done
pm2ctl -q set -- tool:opt --verbose
prints 'what looks like an option goes after --' --verbose get tool:opt
pm2ctl -q set --typed tool:n 30 tool:t true tool:list '[1,{"a":null}]' tool:e '{}' tool:z null tool:f 1.50
is 'typed values keep their types' '30 true [1,{"a":null}] {} null 1.50' \
        "$(for key in n t list e z f; do pm2ctl get tool:$key; done | paste -sd' ')"
pm2ctl -q set --typed tool '{"a":1}' 2>err
result $((! $?)) 'a whole module cannot be set, typed neither' "$(cat err)"
pm2ctl -q set --typed tool:o '{"p":{"q":1},"r":"x"}' && pm2ctl -q set tool:o:p:q 2 tool.o.s 3
prints 'an object is set member by member' '{"r":"x","p":{"q":"2"},"s":"3"}' get tool:o
pm2ctl -q set tool:o x
prints 'and replaced by a text' '"x"' get --json=short tool:o

# -- standard input
printf 's3cret\n' | pm2ctl -q set tool:password -
prints 'a value comes from standard input' s3cret get tool:password
printf 'two\nlines\n\n' | pm2ctl -q set tool:text -
is 'one newline at its end is left out' $'two\nlines\n\n.' "$(pm2ctl get tool:text; echo .)"
refuses 'standard input is read once' 2 'Only one value' set a - b -
head -c 200000 /dev/zero | tr '\0' x >large
got=$(pm2ctl set tool:large - 2>&1 <large)
[ $? -eq 1 ] && [[ $got == *'longer than 131071 bytes'* ]]
result $? 'more than a variable may hold is refused' "$got"
got=$(printf 'a\0b' | pm2ctl set tool:nul - 2>&1)
[ $? -eq 1 ] && [[ $got == *NUL* ]]
result $? 'a NUL is refused' "$got"

# what a service prints into a file is for people, what it prints into the journal has priorities
(exec 2>err; JOURNAL_STREAM=1:1 pm2ctl get 'a b:c'; JOURNAL_STREAM=$(stat -Lc %d:%i err) pm2ctl get 'a b:c')
is 'a priority stands before a message in the journal, and nowhere else' $'pm2ctl:\n<3>' "$(grep -oE '^(pm2ctl:|<[0-9]>)' err)"

# -- mistakes
refuses 'a module cannot be replaced by a value' 1 'all its settings would be lost' set tool v
refuses 'nothing is set where one of several is wrong' 1 'a part of it is empty' set drive /nix tool: v
refuses 'module names are checked' 1 "letters, digits" set 'a b:c' v
refuses 'paths are no module names' 1 'module name' set ../../etc:c v
refuses 'bad JSON' 1 "value of 'tool:x': not valid JSON" set --typed tool:x nonsense
refuses 'JSON that JSON is not' 1 'not valid JSON' set --typed tool:x NaN
refuses 'numbers nobody can hold' 1 'fit into 64 bits' set --typed tool:x 98765432109876543210
refuses 'nor JavaScript' 1 'fit into 64 bits' set --typed tool:x 1e400
refuses 'in whatever they are' 1 'fit into 64 bits' set --typed tool:x '{"a":[-1e999]}'
refuses 'bad UTF-8 in a key' 1 'not valid UTF-8' set $'tool:\xff' v
refuses 'bad UTF-8 in a value' 1 'not valid UTF-8' set tool:x $'\xff'
refuses 'get of a key that is not set' 1 "'tool:nix' is not set" get tool:nix
refuses 'the channel is no setting' 1 "'NODE_CHANNEL_FD' is how a module finds its channel" set NODE_CHANNEL_FD 9
refuses 'unknown options' 2 '--no-such-option' set tool:x v --no-such-option
refuses 'unknown letters, also of several' 2 "'-xy'; --help lists them. A value that begins with '-' goes after '--'." set tool:x -xy
refuses '... after one that is known' 2 "'-qxy'" set tool:x v -qxy
refuses 'a dash word as a value, without showing a secret' 2 "after 'tool:x', not shown" set --secret tool:x --hunter2
refuses '... wherever the option stands' 2 "after 'tool:x', not shown" set tool:x -unter2 --secret
refuses '... of conf too' 2 "after 'x', not shown" conf --secret tool x --hunter2

# -- lines that can be pasted
pm2ctl -q set --secret tool:hidden 'h;d' && pm2ctl -q set tool:dash x tool:tab $'a\tb\e[31m\u202e\'' '"a.b"' 1 '"tool"' 2 \
        'tool:"c:d"' 3 tool:-x '!' && printf -- - | pm2ctl -q set tool:dash -
pm2ctl get --show-secrets >all 2>/dev/null
sed 's/^pm2ctl --user/pm2ctl/' all >commands
pm2ctl -q unset all
prints 'unset all leaves nothing' '' get
is 'no file either' '' "$(find "$files" -name '*.ini')"
. ./commands 2>/dev/null
pm2ctl get --show-secrets | sort >after
sort all | cmp -s after
result $? 'what get prints, typed into a shell, sets the same' "$(sort all | diff - after)" "$(cat commands)"
is 'and control characters are printed as escapes' '' "$(LC_ALL=C tr -d '\n' <all | LC_ALL=C grep -a '[[:cntrl:]]')"

# -- secrets
pm2ctl get tool >shown 2>notice
[[ $(cat shown) != *h\;d* && $(cat shown) != *s3cret* && $(cat notice) == *'2 secret values'* ]]
result $? 'get MODULE leaves secrets out and says so' "$(cat shown notice)"
is 'JSON shows that they are there' '"********"' "$(pm2ctl get --json=pretty tool | sed -n 's/.*"hidden": *\("[^"]*"\).*/\1/p')"
prints 'asked by name, a secret is printed' 'h;d' get tool:hidden
pm2ctl -q set tool:hidden other
is 'once secret it stays so' 1 "$(sed -n '/^\[secret\]/,$p' "$files/modules/tool.ini" | grep -c '^hidden = other')"

# -- values in place of others
pm2ctl -q unset all && pm2ctl -q set tool:o:a 1 tool:o:b 2
is 'what goes with a value is told' "pm2ctl: 'tool:o' held 2 settings, which its new value replaces." \
        "$(pm2ctl set tool:o x 2>&1 | grep -v waits)"
is 'the other way round too' "pm2ctl: 'o' had a value, which 'tool:o:c' replaces." "$(pm2ctl set tool:o:c 1 2>&1 | grep -v waits)"
is 'an object for an object says enough itself' '' "$(pm2ctl set --typed tool:o '{"d":"1"}' 2>&1 | grep -v waits)"
pm2ctl -q set --typed tool:n 1 && pm2ctl -q set tool:n text && pm2ctl -q set --typed g 1 h '"text"' && pm2ctl -q unset g
is 'no section stays without a setting' '[settings]|h = text and [settings]|o.d = 1|n = text' \
        "$(paste -sd'|' "$files/settings.ini") and $(paste -sd'|' "$files/modules/tool.ini")"
pm2ctl -q unset all && pm2ctl -q set tool:drive / tool:dash -- --no drive / && pm2ctl -q set --secret tool:hidden x

# -- unset
prints 'unset of what is not there says so' "pm2ctl: 'tool:nix' was not set." unset tool:nix
pm2ctl -q unset tool:hidden tool:dash drive
refuses 'unset removes' 1 "'tool:hidden' is not set" get tool:hidden
pm2ctl -q unset tool
[ ! -e "$files/modules/tool.ini" ]
result $? 'unset MODULE removes all of them'

# -- installed modules
install_module other '{"name":"other","version":"1.0.0","main":"x.js","config":{"retain":"30","db":{"host":"h","port":1}}}'
install_module my.tool '{"name":"my.tool","version":"1.0.0","main":"x.js"}'
prints 'get KEY falls back to the package' 30 get other:retain
pm2ctl -q set other:db:host there
prints 'and merges what is nested' '{"host":"there","port":1}' get other:db
pm2ctl -q set retain 5
prints 'a global one wins over the package' 5 get other:retain
refuses 'an installed module cannot be replaced by a value' 1 'is a module' set my.tool v
pm2ctl -q set my.tool:a 1 my.tool.b.c 2
prints 'the longest installed name is the module' '{"a":"1","b":{"c":"2"}}' get --json=short my.tool
got=$(pm2ctl set my.tool:a 2 2>&1)
[ $? -eq 0 ] && [[ $got == *'Nothing is restarted'* ]]
result $? 'without a manager it says that nothing is restarted' "$got"
prints '--no-restart asks for none' '' set --no-restart my.tool:a 3
without=" its interpreter 'node' is not in /nowhere, the value of the setting 'PATH': change or unset it"
refuses 'a PATH without the interpreter would start nothing' 1 "module 'my.tool':$without" set PATH /nowhere
refuses 'nor one module' 1 "module 'other':$without" set other:PATH /nowhere
mkdir bin && install -m 755 /dev/null bin/node
pm2ctl -q set PATH "$tmp/bin"
result $? 'one with it is fine'
rm bin/node
pm2ctl -q unset retain 2>/dev/null
result $? 'unset is not refused for what was wrong before'
pm2ctl -q unset PATH
mv "$XDG_STATE_HOME/pm2ctl/modules/other/releases/1.0.0-1/node_modules" aside
got=$(pm2ctl get other:db:host 2>warning)
[ "$got" = there ] && grep -q "cannot open .*node_modules/other: " warning
result $? 'what is set is printed though the package is broken' "$got" "$(cat warning)"
mv aside "$XDG_STATE_HOME/pm2ctl/modules/other/releases/1.0.0-1/node_modules"
pm2ctl -q unset all
[ -e "$XDG_STATE_HOME/pm2ctl/modules/other/current" ]
result $? 'unset all touches settings only'

# -- --json of the verbs that act on modules, without a manager
prints '--json: what became of each' '[{"name":"other","result":"disabled","changed":true,"error":null}]' -q disable --json=short other
prints '... once' '[{"name":"other","result":"disabled","changed":false,"error":null}]' -q disable --json=short other
XDG_STATE_HOME=$tmp/nothing prints 'nothing to be done is an array too' '[]' --json=short start --all
got=$(pm2ctl stop --json=short other 2>/dev/null)
result $(($? != 1)) 'what fails has its reason' "$got"
result "$([[ $got == '[{"name":"other","result":"failed","changed":false,"error":"there is no'*'"}]' ]]; echo $?)" '... in JSON' "$got"
got=$(pm2ctl set --json=short nope: x 2>/dev/null)
result "$([[ $? -eq 1 && $got == '[{"name":null,"result":"failed","changed":false,"error":"'*'"}]' ]]; echo $?)" 'set that is refused has its reason in JSON' "$got"
for verb in 'cache clean' 'generate new'; do
        # shellcheck disable=SC2086 # words
        refuses "$verb refuses --json" 2 'does not support --json' $verb --json
done
refuses 'status other refuses --json' 2 "'pm2ctl show --json other' does" status other --json
result "$([ ! -e new ]; echo $?)" '... before anything is done'

# -- conf: every value with what it comes from
pm2ctl -q set retain 5 other:db:host there other:token t0ken my.tool:a '' g '' && pm2ctl -q set --typed other:list '[1]' g '{"x":{"y":1}}'
is 'conf shows origins' "KEY ORIGIN VALUE
retain global 5
g global {\"x\":{\"y\":1}}
\"my.tool\":retain global 5
\"my.tool\":g:x:y global 1
\"my.tool\":a module
other:retain global 5
other:db:host module there
other:db:port package 1
other:g:x:y global 1
other:token module ********
other:list module [1]" "$(pm2ctl conf | tr -s ' ' | sed 's/ $//')"
is 'of one module' 'other:db:port package 1' "$(pm2ctl conf --no-legend other | tr -s ' ' | grep port)"
is 'with --show-secrets all of it' t0ken "$(pm2ctl conf --show-secrets other | awk '/token/ { print $3 }')"
is 'conf --json keeps types' '{"key":"other:list","module":"other","origin":"module","secret":false,"value":[1]}' \
        "$(pm2ctl conf --json=short other | grep -o '{"key":"other:list"[^}]*}')"
pm2ctl -q set 'wide:key of a length' "$(printf 'é%.0s' {1..300})"
terminal() { TERM=dumb script -qec "stty cols $1; '$top_builddir/pm2ctl' --user conf wide" /dev/null | tr -d '\r' | tail -n 1; }
is 'conf cuts the widest text on a narrow terminal' 'wide:key of a… module éééééééééééééé…' "$(LC_ALL=C.UTF-8 terminal 37)"
is 'and leaves out what has no room at all' 'wide:key of … module' "$(LC_ALL=C.UTF-8 terminal 20)"
is 'but nowhere else' 301 "$(pm2ctl conf --no-legend wide | tail -n 1 | grep -o 'é*$' | LC_ALL=C.UTF-8 wc -m)"
pm2ctl -q unset wide
prints 'config KEY is get' 5 config retain
pm2ctl -q config other:db:host here && pm2ctl -q config other drive /
prints 'config KEY VALUE is set' here get other:db:host
prints 'and so is config MODULE KEY VALUE' / get other:drive
refuses 'config MODULE VALUE destroys nothing' 1 'is a module' config other drive
refuses 'conf of what is not there' 1 "'nix' is not set" conf nix
echo '[broken' >"$files/modules/my.tool.ini"
got=$(pm2ctl conf 2>&1)
[ $? -eq 1 ] && [[ $got == *'other:drive'* && $got == *'my.tool.ini: line 1: '* ]]
result $? 'a broken file hides no other module' "$got"
rm "$files/modules/my.tool.ini"

# -- multiset
pm2ctl -q multiset "other:a 1 other:b 'two words' other:c \"it's\" other:d \\\"x other:e ''" && pm2ctl -q multiset 'other:f 6' 'other:g 7'
is 'multiset splits as a shell does' "1|two words|it's|\"x||6|7" \
        "$(for key in a b c d e f g; do pm2ctl get other:$key; done | paste -sd'|')"
refuses 'multiset wants pairs' 2 "'b' has no value" multiset 'a 1 b'
refuses 'multiset wants closed quotes' 2 'a quote is not closed' multiset "a 'b"
refuses 'multiset wants words' 2 "Expected 'KEY VALUE'" multiset ' '

# -- env
refuses 'env of a module that does not run says so' 1 'Failed to show the environment of other: ' env other
refuses 'env of no module' 4 nix env nix
pm2ctl -q unset all

# -- sizes: the kernel's and systemd's limits are errors at set, and name the key or the module
head -c 131071 /dev/zero | tr '\0' x >value
got=$(pm2ctl set other:k - 2>&1 <value)
[ $? -eq 1 ] && [[ $got == *other* && $got == *131071* ]]
result $? 'a variable the kernel does not take' "$got"
head -c 60000 value >half
pm2ctl -q set other:a - <half && pm2ctl -q set other:b - <half
got=$(pm2ctl set other:c - 2>&1 <half)
[ $? -eq 1 ] && [[ $got == *"module 'other': its settings are"* ]]
result $? 'a settings document the kernel does not take' "$got"
got=$(pm2ctl set globalkey - 2>&1 <half)
[ $? -eq 1 ] && [[ $got == *"module 'other': its settings are"* ]]
result $? 'nor one with a global key in it' "$got"
pm2ctl -q unset other

# -- files as people write them
cat >"$files/modules/other.ini" <<'END'
# by hand

[settings]
# the drive to watch
drive = C:\new
restart overlimit: yes ; not now
END
prints 'a line written by hand means what it says' 'C:\new' get other:drive
prints 'keys may have blanks' yes get 'other:restart overlimit'
pm2ctl -q set other:drive / 'other:restart overlimit' no
is 'a rewrite keeps comments and order' '# by hand||[settings]|# the drive to watch|drive = /|; not now|"restart overlimit" = no' \
        "$(paste -sd'|' "$files/modules/other.ini")"
echo 'nonsense' >>"$files/modules/other.ini"
refuses 'a damaged file is an error that names the line' 1 'modules/other.ini: line 8: ' set other:x 1
[[ $(pm2ctl set other:x 1 2>&1) != *waits* ]]
result $? 'a setting that is not taken waits for nobody'
refuses 'for get too' 1 'modules/other.ini: line 8: ' get other:x
for word in all other; do
        refuses "nor does unset $word" 1 "$files/modules/other.ini: line 8: " unset "$word"
        refuses '... which tells the remedy' 1 '; correct or remove it' unset "$word"
done
pm2ctl -q set my.tool:x 1
got=$(pm2ctl get all 2>&1)
[ $? -eq 1 ] && [[ $got == *'"my.tool":x'*"Failed to get all: $files/modules/other.ini: line 8: "*'; correct or remove it' ]]
result $? 'get all tells the others, then what is wrong' "$got"
got=$(pm2ctl get all --json=short 2>/dev/null)
[ $? -eq 1 ] && [[ $got == '{"global":{'*',"modules":{'*'"my.tool":{'*'"x":"1"'* ]]
result $? '... in JSON, too' "$got"
got=$(pm2ctl set my.tool:x 1 globalkey 2 2>&1)
[ $? -eq 0 ] && [[ $got == *"'other' is left alone"*'line 8'* ]]
result $? 'other modules are not touched by it' "$got"
printf '[settings]\na = b' >"$files/modules/other.ini"
chmod 644 "$files/modules/other.ini"
pm2ctl -q set other:c d
is 'a file that was readable is private after a set' 600 "$(stat -c %a "$files/modules/other.ini")"
mv "$files/modules/other.ini" target && ln -s "$tmp/target" "$files/modules/other.ini"
refuses 'a symlink is not followed' 1 'is a symlink' set other:x 1
rm "$files/modules/other.ini"
pm2ctl -q unset all

# -- the manual page: its file, and its examples with what it says they print
manual=$top_srcdir/man/pm2ctl-settings.5
page() { # N: the Nth example of it as it is shown
        awk -v n="$1" '$0 == ".EE" { on = 0 } on == n; $0 == ".EX" { on = ++count }' "$manual" |
                sed 's/\\(aq/'"'"'/g; s/\\(dq/"/g; s/\\-/-/g; s/\\e/\\/g'
}
page 1 >"$files/modules/other.ini"
prints 'the file in the manual page' '{"drive":"/srv","path":"C:\\new","db":{"host":"localhost"},"odd: key":" folded here and '"'quoted'"', because of the blank in front","retain":30,"list":[1,"a"],"password":"hunter2"}' \
        get --json=short --show-secrets other
pm2ctl -q unset all
page 2 >examples
echo hunter2 >pin.txt
while read -r line; do
        [[ $line != '$ '* ]] || { echo "$line"; eval "${line#$ }" 2>/dev/null | sed 's/--user //'; }
done <examples >shown
[ -s examples ] && cmp -s examples shown
result $? 'the examples in the manual page' "$(diff examples shown)"
pm2ctl -q unset all

# -- many at once: each writer finds what the one before left
for i in {1..50}; do pm2ctl -q set other:k$i $i & done
wait
is '50 at once lose none' 50 "$(grep -c '^k' "$files/modules/other.ini")"

# -- killed at any moment: the old file or the new one, and no litter
mkfifo never && exec 9<>never
begin=${EPOCHREALTIME/./}
for i in {1..10}; do pm2ctl -q set other:v 0 other:w 0 my.tool:v 0; done
span=$(((${EPOCHREALTIME/./} - begin) / 10))   # µs that one takes
good=0 killed=0 last=0
for ((i = 1; killed < 200 && i <= 4000; i++)); do
        moment=$((RANDOM * span / 32768))
        printf -v moment '%d.%06d' $((moment / 1000000)) $((moment % 1000000))
        "$top_builddir/pm2ctl" --user -q set other:v $i other:w $i my.tool:v $i &
        pid=$!
        read -rt "$moment" -u 9
        kill -9 $pid
        wait $pid
        [ $? -eq 137 ] && killed=$((killed + 1))
        [[ $(pm2ctl get --json=short other) =~ '"v":"'([0-9]+)'","w":"'([0-9]+)'"' ]] &&
                [ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ] && [ "${BASH_REMATCH[1]}" -ge $last ] && good=$((good + 1))
        last=${BASH_REMATCH[1]}
done 2>/dev/null
is 'killed 200 times before it was done: old or new' "200 $((i - 1))" "$killed $good"
echo "# in $((i - 1)) tries, $span µs each; the last one that was done is $last"
pm2ctl -q set other:v end my.tool:v end
is 'the next set cleans up' '' "$(find "$files" -name '.#*')"

# -- a full disk
if [ "$(id -u)" -eq 0 ] && mkdir full && "$namespace" private true 2>/dev/null; then
        cat >on-full-disk <<'END'
mount -t tmpfs -o size=64k none full || exit 77
export XDG_CONFIG_HOME=$PWD/full
"$1" --user -q set a 1
before=$(cat full/pm2ctl/settings.ini)
head -c 60000 /dev/zero >full/ballast
head -c 30000 /dev/zero | tr '\0' x | "$1" --user set b - 2>err
[ $? -eq 1 ] && grep -q 'No space left on device; the settings are unchanged' err &&
        [ "$before" = "$(cat full/pm2ctl/settings.ini)" ] && [ -z "$(find full -name '.#*')" ]
END
        "$namespace" private bash on-full-disk "$top_builddir/pm2ctl"
        case $? in
        77) n=$((n + 1)); echo "ok $n - a full disk # SKIP cannot mount a tmpfs";;
        *) result $? 'a full disk leaves the old file and says so' "$(cat err)";;
        esac
else
        n=$((n + 1))
        echo "ok $n - a full disk # SKIP only root can make one"
fi

done_testing
