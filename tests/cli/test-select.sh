#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is said of modules that a person looks at or means, in the user scope of folders of our own and without a
# manager. TAP.
set -u
. "${0%/*}/lib.sh"
top_builddir=$(cd "${top_builddir:-$(dirname "$0")/../..}" && pwd)
tmp=$(private_folder) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
mkdir bin
export HOME=$tmp XDG_CONFIG_HOME=$tmp/config XDG_STATE_HOME=$tmp/state XDG_RUNTIME_DIR=$tmp/run PATH=$tmp/bin:$PATH
unset DBUS_SESSION_BUS_ADDRESS
# Stand-ins for what pm2ctl hands over to: they tell how they were called.
for program in systemctl journalctl; do
        printf '#!/bin/sh\necho "%s $*"\n' "$program" >"bin/$program"
        chmod +x "bin/$program"
done
no_manager="there is no systemd user manager for UID $(id -u).*; log in, or start it at boot: loginctl enable-linger"

pm2ctl() { "$top_builddir/pm2ctl" --user "$@"; }

status "list where nothing was ever installed" 0 pm2ctl list
says "... says so" "No modules are installed"
status "... status of a module too" 4 pm2ctl status tool

install_module tool '{"name":"tool","version":"1.0.0","main":"x.js"}'
install_module other '{"name":"other","version":"1.0.0","main":"x.js"}' '"pm_id":7'

# -- without a manager
status "list shows what is installed" 0 pm2ctl list
says "... as not running" "^ 0 tool .* inactive dead "
says "... and why, with a remedy" "^pm2ctl: No module runs: $no_manager"
is "... once" 1 "$(grep -c '^pm2ctl:' <<<"$output")"
status "list --json" 0 pm2ctl list --json=short
says "... has them too" '^\[\{"name":"other",.*"active":"inactive",.*"name":"tool",.*"active":"inactive",'
status "show shows what is known" 0 pm2ctl show tool
says "... and says it too" "^pm2ctl: No module runs: $no_manager"
status "jlist lists them" 0 pm2ctl jlist
is "... and says it once" 1 "$(grep -c 'No module runs' <<<"$output")"
status "status fails" 1 pm2ctl status tool
one_sentence "... in a sentence of ours" "^pm2ctl: Failed to show the status of modules: $no_manager"
for verb in start stop restart env; do
        status "$verb fails" 1 pm2ctl "$verb" tool
        says "... with the same remedy" "$no_manager"
done

# -- records that cannot be read
mkdir -p state/pm2ctl/axm
: >state/pm2ctl/axm/tool.json
status "show of a module whose record is damaged fails" 1 pm2ctl show tool
says "... and names file and remedy" \
        "^pm2ctl: Failed to show all of 'tool': its record is damaged; restart the module, or remove the file: $tmp/state/pm2ctl/axm/tool.json: "
echo '{"version":99}' >state/pm2ctl/axm/tool.json
status "so does show of one whose record is newer" 1 pm2ctl show tool
says "... which says so" "'tool': $tmp/state/pm2ctl/axm/tool.json: written by a newer pm2ctl .*; update pm2ctl or remove the file"
rm -r state/pm2ctl/axm

# -- nowhere to print to
for words in list 'list --json' 'show tool' 'show tool --json' jlist 'get --json' --help --version --list-verbs; do
        # shellcheck disable=SC2086 # several words
        status "$words fails where nothing can be printed" 1 eval "pm2ctl $words >/dev/full"
        says "... and says why" ': No space left on device$'
done

# -- words that mean a module
install_module @acme/tool '{"name":"@acme/tool","version":"1.0.0","main":"x.js"}' '"pm_id":9'
mkdir linked plain
echo '{"name":"linked","version":"1.0.0","main":"x.js"}' >linked/package.json
install_module linked '{}' "\"pm_id\":11,\"link\":\"$tmp/linked\""
means() { # NAME WORD…: the first word means the module
        status "'$2' means $1" 0 pm2ctl show "${@:2}"
        says "... indeed" "^ +Module: $1\$"
}
for word in tool 0 pm2@tool.service pm2@tool pm2@tool@web.service pm2@tool@web@2; do
        means tool "$word"
done
for word in @acme/tool 9 pm2@acme:tool pm2@acme:tool@web.service; do
        means @acme/tool "$word"
done
means linked ./linked
means linked "$tmp/linked"
status "several words for one mean it once" 0 pm2ctl show tool pm2@tool 0
is "... only" 1 "$(grep -c '^ *Module:' <<<"$output")"
for verb in conf get; do
        pm2ctl -q set tool:key value
        is "$verb takes a unit's name" "$(pm2ctl "$verb" tool)" "$(pm2ctl "$verb" pm2@tool)"
done
status "env takes one that lacks .service" 1 pm2ctl env pm2@tool@web
says "... which it means" "environment of pm2@tool@web: "

# -- words that mean none
status "a folder that is not linked" 4 pm2ctl uninstall plain/..
one_sentence "... is not" "^pm2ctl: No module 'plain/..' is installed"
for word in . ./plain "$tmp/gone"; do
        status "'$word', which is not linked" 4 pm2ctl uninstall "$word"
        one_sentence "... is called so" "^pm2ctl: $(realpath -m "$word") is not linked as a module in the user scope; 'pm2ctl list' shows"
done
ln -s linked leads
means linked ./leads
mv linked away
ln -s plain linked
status "a symlink in the place of a linked folder means the module" 1 pm2ctl show ./linked
says "... which is not read through it" "linked is a symlink"
rm linked
status "so does the path where none is" 1 pm2ctl show ./linked
says "... as it says" "linked does not exist"
status "the folder of a link may be gone" 0 pm2ctl uninstall "$tmp/linked"
says "... its name means the module" "linked is uninstalled"
nearest() { # NAME WORD: what is offered for the word, '' for nothing
        is "for '$2' is offered '$1'" "$1" "$(pm2ctl show "$2" 2>&1 | sed -n "s/.*; did you mean '\(.*\)'?/\1/p")"
}
nearest tool tol
nearest tool pm2@toool.service
nearest other ohter
nearest '' tel
nearest '' bogus
nearest '' x
offered() { # WANTED WORD…: in place of a verb or option
        is "for '${*:2}' is offered '$1'" "$1" "$(pm2ctl "${@:2}" 2>&1 | sed -n "s/.*; did you mean '\(.*\)'?/\1/p")"
}
offered '' bogus
offered install isntall
offered status sttaus
offered '' crom
offered --json --jsno=short list
offered '' --bogus list
offered '' -x list

# -- of several, one that is unknown keeps nobody from the others
for verb in show enable disable; do
        status "$verb of an unknown and others" 4 pm2ctl "$verb" nope tool other
        says "... complains about the one" "No module 'nope' is installed"
        is "... and does the others" 2 "$(grep -c '^ *Module: \|^pm2ctl: .* will ' <<<"$output")"
done
status "a failure comes before it" 1 pm2ctl stop nope tool
status "two unknown ones" 4 pm2ctl show nope no
is "... are named each" 2 "$(grep -c '^pm2ctl: No module' <<<"$output")"

# -- names beside what means all of them: neither is done
refused() { # WORD COMMAND…
        status "${*:2}" 2 pm2ctl "${@:2}"
        one_sentence "... is refused" "^pm2ctl: '$1' acts on every module: drop it, or drop the names\.\$"
}
for verb in start stop restart uninstall enable disable show; do
        refused --all "$verb" tool --all
        refused --all "$verb" --all nope
        refused all "$verb" all tool
        refused all "$verb" nope all
done
refused --enabled start --enabled tool
refused --all uninstall --all all
for verb in update outdated rollback status logs; do
        refused all "$verb" all tool
done
is "... and all are there" "@acme+tool other tool" "$(cd state/pm2ctl/modules && echo *)"

status "uninstall" 4 pm2ctl uninstall nope tool
says "... too" "tool is uninstalled"
is "... leaves who was not named" "@acme+tool other" "$(cd state/pm2ctl/modules && echo *)"

# -- --json tells of them too
install_module tool '{"name":"tool","version":"1.0.0","main":"x.js"}'
unknown='{"name":"nope","result":"failed","changed":false,"error":"No module .nope. is installed in the user scope; .pm2ctl list. shows those that are\."}'
for verb in start stop restart enable disable uninstall; do
        status "$verb --json of an unknown one" 4 pm2ctl "$verb" --json=short nope
        says "... has it" "^\\[$unknown\\]\$"
        output=$(pm2ctl "$verb" --json=short nope tool 2>/dev/null)
        says "... and the others" "^\\[$unknown,\\{\"name\":\"tool\",\"result\":\"[a-z]*\",.*\\}\\]\$"
done
status "update --json of an unknown one" 1 pm2ctl update --json=short nope other
says "... is an object" "^$unknown\$"
says "... and the others another" '^\{"name":"other","result":"failed",.*"error":"it is not recorded what'

# -- the folder of it all
mkdir elsewhere
XDG_STATE_HOME=$tmp/elsewhere
ln -s "$tmp/state/pm2ctl" elsewhere/pm2ctl
for words in list 'show tool' 'install tool'; do
        status "$words where it is a symlink" 1 pm2ctl $words
        one_sentence "... tells the remedy" "$tmp/elsewhere/pm2ctl is a symlink, which is not followed: make it a directory, and mount $tmp/state/pm2ctl there \(mount --bind, or a mount unit\)\$"
done

# -- what PM2 has
for words in 'delete x' 'monit' 'autoinstall' 'save' 'install --name x .' 'start tool --max-memory-restart=5M'; do
        # shellcheck disable=SC2086 # words
        status "$words, which PM2 has" 2 pm2ctl $words
        one_sentence "... is explained" "^pm2ctl: .* is (a verb|an option) of PM2: .*\.$"
done
status "... not behind --" 2 pm2ctl install -- --name
says "... where it is an argument" "Too few arguments"

done_testing
