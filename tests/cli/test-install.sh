#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# install, update, outdated, rollback and cache as a person types them, in the user scope of folders of our own and without
# a manager: pm2-fetch is a child then, and an install ends with the news that nothing can be started. Registry and
# repositories are on loopback. TAP.
set -u
. "${0%/*}/lib.sh"
for program in node npm git python3 mkfifo; do
        command -v "$program" >/dev/null || { echo "1..0 # SKIP $program, which this test needs, is not installed"; exit 0; }
done
top_builddir=$(cd "${top_builddir:-$(dirname "$0")/../..}" && pwd)
top_srcdir=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
tmp=$(private_folder) || exit 1
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
mkdir -p home run packages
export HOME=$tmp/home XDG_RUNTIME_DIR=$tmp/run TMPDIR=$tmp PM2CTL_LIBEXECDIR=$top_builddir TERM=dumb
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
unset DBUS_SESSION_BUS_ADDRESS XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME "${!npm_config_@}" "${!NPM_CONFIG_@}" "${!http_@}" \
        "${!HTTP_@}" "${!https_@}" "${!HTTPS_@}" no_proxy NO_PROXY
modules=$HOME/.local/state/pm2ctl/modules staging=$HOME/.local/state/pm2ctl/staging

pm2ctl() { "$top_builddir/pm2ctl-in-tree" --user "$@"; }

# status NAME STATUS WORD…: it ends so; what it says is in $output
status() {
        local got
        output=$(pm2ctl "${@:3}" 2>&1 </dev/null)
        got=$?
        [ "$got" -eq "$2" ]
        result $? "$1" "want status $2, got $got" "$output"
}

# installs NAME WORD…: all is done but for the start
installs() {
        local got
        output=$(pm2ctl install "${@:2}" 2>&1 </dev/null)
        got=$?
        [ "$got" -eq 1 ] && grep -Eq "^pm2ctl: .* is (installed|updated|linked), but does not run: there is no .*manager" <<<"$output"
        result $? "$1" "status $got" "$output"
}

state() { find "$modules" -printf '%P %y %l\n' 2>/dev/null | sort; }

# refused NAME REGEX WORD…: status 1 and one sentence; nothing has changed, nothing is left behind
refused() {
        local before
        before=$(state)
        status "$1" 1 -q "${@:3}"
        says "... in a sentence that says why" "$2"
        is "... and only one" 1 "$(grep -c . <<<"$output")"
        is "... and nothing has changed" "$before" "$(state)"
        is "... and staging is empty" "" "$(ls -A "$staging" 2>/dev/null)"
}

version() { # NAME: of the module that is installed
        sed -n 's/.*"version":"\([^"]*\)".*/\1/p' "$modules/${1/\//+}/current/node_modules/$1/package.json" 2>/dev/null
}
note() { # NAME FIELD: of what is noted about it
        python3 -c 'import json,sys; print(json.load(open(sys.argv[1])).get(sys.argv[2]))' "$modules/${1/\//+}/current/module.json" "$2"
}
field() { python3 -c 'import json,sys; print(json.loads(sys.stdin.read())[sys.argv[1]])' "$1"; }

# publish NAME VERSION [MORE-JSON [FILE CONTENT]]
publish() {
        local dir=packages/$1/$2
        mkdir -p "$dir"
        printf '{"name":"%s","version":"%s","main":"index.js"%s}\n' "$1" "$2" "${3:-}" >"$dir/package.json"
        echo 'setInterval(() => {}, 60000);' >"$dir/index.js"
        [ $# -lt 5 ] || printf '%s\n' "$5" >"$dir/$4"
}

serve() { # COMMAND…: sets $url to the line it prints first
        mkfifo pipe
        "$@" >pipe 2>/dev/null &
        pids+=($!)
        read -r url <pipe
        rm pipe
}

publish mod 1.0.0
publish mod 1.1.0
publish mod 2.0.0-beta.1
publish @scope/mod 2.1.0-beta
publish foo.js 1.0.0
publish my.git-mod 1.0.0
publish deep 1.0.0 ',"dependencies":{"leaf":"^1.0.0"}'
publish leaf 1.0.0
publish scripted 1.0.0 ',"scripts":{"postinstall":"env >environment; echo done >marker"}'
serve node "$top_srcdir/tests/registry.js" --packages packages
registry=$url
echo "registry=$registry" >"$HOME/.npmrc"

# -- symlinks in the tree
publish loop 1.0.0 ',"dependencies":{"loop-a":"3","loop-b":"3","loop-x":"1","here":"file:./here"}'
publish loop-x 1.0.0 ',"dependencies":{"loop-a":"1"}'
publish loop-a 1.0.0 ',"dependencies":{"loop-b":"1"}'
publish loop-b 1.0.0 ',"dependencies":{"loop-a":"2"}'
publish loop-a 2.0.0 ',"dependencies":{"loop-b":"2"}'
publish loop-b 2.0.0 ',"dependencies":{"loop-a":"1"}'
publish loop-a 3.0.0
publish loop-b 3.0.0
mkdir packages/loop/1.0.0/here && echo '{"name":"here","version":"1.0.0"}' >packages/loop/1.0.0/here/package.json
installs "a module with packages inside themselves" loop
is "... has a link for each" "../../.. ../here" "$(find "$modules/loop/current/" -type l ! -path '*/.bin/*' -printf '%l\n' | LC_ALL=C sort | paste -sd' ')"
status "... and goes away" 0 uninstall loop

# -- proxies of the environment
cat >proxy.js <<'JS'
const fs = require('fs'), http = require('http');
const server = http.createServer((request, response) => {
        fs.appendFileSync('proxied', '.');
        http.get(request.url, { headers: request.headers }, (r) => { response.writeHead(r.statusCode, r.headers); r.pipe(response); });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
JS
serve node proxy.js
proxy=$url
for variable in http_proxy HTTP_PROXY https_proxy HTTPS_PROXY; do
        rm -f proxied && pm2ctl cache clean
        env "$variable=$proxy" "$top_builddir/pm2ctl-in-tree" --user install mod >/dev/null 2>&1
        is "$variable is used" "1.1.0 .." "$(version mod) $(cat proxied)"
        for no_proxy in no_proxy NO_PROXY; do
                rm -f proxied && pm2ctl cache clean
                env "$variable=$proxy" "$no_proxy=127.0.0.1" "$top_builddir/pm2ctl-in-tree" --user install mod >/dev/null 2>&1
                is "... but not with $no_proxy" "1.1.0 " "$(version mod) $(cat proxied 2>/dev/null)"
        done
done
rm -rf "$modules" "$HOME/.config/systemd"
url=$registry

# -- what PM2 gets wrong with specifications, and what it gets right
installs "a name" mod
is "... is the newest release" 1.1.0 "$(version mod)"
says "... and the last line says how much and how fast" '^pm2ctl: added 1 package in [0-9]+\.[0-9] s$'
says "... before that, that it does not run, and the remedy" 'does not run: .*loginctl enable-linger'
links() { find "$HOME/.config/systemd" -type l -printf '%P\n' 2>/dev/null | LC_ALL=C sort | paste -sd' '; }
at_boot="user/default.target.wants/pm2-axm-relay.service user/default.target.wants/pm2-modules.service"
is "... once there is a manager, it will, and be recorded" "$at_boot" "$(links)"
is "... by the units that are installed" /pm2-modules.service \
        "$(readlink "$HOME/.config/systemd/${at_boot##* }" | grep -o '/pm2-modules.service$')"
rm -r "$HOME/.config/systemd"
status "enable" 0 enable mod
is "... sees to it as well" "$at_boot" "$(links)"
rm "$HOME/.config/systemd/${at_boot%% *}"
status "where one is missing" 0 enable mod
is "... it is made" "$at_boot" "$(links)"
rm -r "$HOME/.config/systemd"
status "start fails" 1 start mod
says "... which it says once" "^pm2ctl: .*loginctl enable-linger"
is "... and enables nothing" "" "$(links)"
installs "name@version" mod@1.0.0
is "... is that version" 1.0.0 "$(version mod)"
installs "name@range" 'mod@>=2.0.0-beta <3'
is "... is what fits best" 2.0.0-beta.1 "$(version mod)"
installs "name@tag" mod@latest
is "... is what it names" 1.1.0 "$(version mod)"
installs "@scope/name@prerelease" @scope/mod@2.1.0-beta
is "... is that" 2.1.0-beta "$(version @scope/mod)"
installs "npm:name@version" npm:mod@1
is "... is the package, not the word" 1.1.0 "$(version mod)"
installs "alias@npm:name" other@npm:mod@1.0.0
is "... is called what its package.json says" 1.0.0 "$(version mod)"
is "... and nothing is called like the alias" "" "$(version other)"
installs "a name with a dot" foo.js
is "... is that name" 1.0.0 "$(version foo.js)"
installs "a name with .git in it" my.git-mod
is "... is that name" 1.0.0 "$(version my.git-mod)"

mkdir -p "files/mod-src" && cp packages/mod/1.0.0/* files/mod-src
sed -i 's/"mod"/"named-otherwise"/' files/mod-src/package.json
(cd files/mod-src && npm pack --silent >/dev/null 2>&1)
mv files/mod-src/named-otherwise-1.0.0.tgz files/mod-1.0.0-rc.tgz
for spec in "$tmp/files/mod-1.0.0-rc.tgz" ./files/mod-1.0.0-rc.tgz files/mod-1.0.0-rc.tgz file:files/mod-1.0.0-rc.tgz \
        "file://$tmp/files/mod-1.0.0-rc.tgz" "mod@file:./files/mod-1.0.0-rc.tgz" "${registry}mod/-/mod-1.0.0.tgz?x=1"; do
        rm -rf "$modules"
        installs "${spec/$tmp/…}" --allow-unverified "$spec"
        is "... is what is in there, and nothing else" "$([[ $spec == http* ]] && echo mod || echo named-otherwise)" "$(ls "$modules")"
done
is "a tarball's address is noted, with its hash" sha512- "$(note mod integrity | cut -c1-7)"
# shellcheck disable=SC2088 # not the shell's tilde
for spec in ./files/mod-src ../"${tmp##*/}"/files/mod-src "$tmp/files/mod-src" "file://$tmp/files/mod-src" file:./files/mod-src . \
        "~/mod-src"; do
        rm -rf "$modules"
        ln -sfn ../files/mod-src "$HOME/mod-src"
        cd "$([ "$spec" = . ] && echo files/mod-src || echo .)" || exit
        installs "the folder ${spec/$tmp/…}" "$spec"
        cd "$tmp" || exit
        is "... is linked" "$tmp/files/mod-src" "$(note named-otherwise link)"
done

git init -q -b main files/repo && cp packages/mod/1.0.0/* files/repo
sed -i 's/"mod"/"from-git"/' files/repo/package.json
commit() { # VERSION
        sed -i "s/\"version\":\"[^\"]*\"/\"version\":\"$1\"/" files/repo/package.json
        git -C files/repo add -A && git -C files/repo commit -q -m "$1" && git -C files/repo tag "v$1"
}
commit 1.0.0; commit 1.5.0; commit 2.0.0
git -C files/repo branch stable v1.0.0
repo=git+file://$tmp/files/repo
for form in "$repo 2.0.0" "$repo#stable 1.0.0" "$repo#semver:^1 1.5.0" "$repo#v1.5.0 1.5.0" "$repo#$(git -C files/repo rev-parse v1.0.0) 1.0.0" \
        "x@$repo#v2.0.0 2.0.0"; do
        installs "${form/$tmp/…}" "${form% *}"
        is "... is that version" "${form##* }" "$(version from-git)"
done
if git daemon --help >/dev/null 2>&1 && [ -x "$(git --exec-path)/git-daemon" ]; then
        port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
        git daemon --listen=127.0.0.1 --port="$port" --base-path="$tmp/files" --export-all --reuseaddr "$tmp/files" 2>/dev/null &
        pids+=($!)
        for _ in {1..100}; do git ls-remote "git://127.0.0.1:$port/repo" >/dev/null 2>&1 && break; sleep 0.1; done
        installs "git://host/path, with which PM2 deletes all modules" "git://127.0.0.1:$port/repo#v1.0.0"
        is "... is that version" 1.0.0 "$(version from-git)"
else
        n=$((n + 1)); echo "ok $n - git://host/path # SKIP there is no git daemon"
fi
refused "a range that no tag is in" "no tag is a version in the range '\^9'" install "$repo#semver:^9"
refused "a branch that is not there" "no branch, tag or commit 'gone'" install "$repo#gone"
refused "a git specification that is an option" "option" install "git+file://$tmp/files/repo#--upload-pack=x"
installs "a password in an address" --allow-unverified "${registry/127/me:hush@127}mod/-/mod-1.0.0.tgz"
is "... is stored nowhere" "" "$(grep -rl hush "$modules")"
refused "... and is not there for an update" "had a password or token, which is not stored" update mod
output=$(pm2ctl install --allow-unverified --json=short "${registry/127/me:hush@127}none.tgz" 2>/dev/null)
is "... nor in what programs read" "" "$(field spec <<<"$output" | grep hush)"

# -- what is refused
refused "an empty name" "empty" install ''
refused "a name nobody has" "no such package" install none
refused "a version that is not there" "no published version|has no version" install mod@99
publish all 1.0.0
publish 7 1.0.0
refused "a name that means all modules" "'all' could not be told from all of them; choose another name" install all
refused "a name that is a number" "'7' could not be told from the number" install 7
for options in --uid=root --gid=root "--uid=root --gid=root"; do
        before=$(state)
        # shellcheck disable=SC2086 # words
        status "$options, which is not for users" 2 install $options mod
        is "... is said in one sentence, before anything is fetched" 1 "$(grep -c . <<<"$output")"
        says "... which has the remedy" 'drop --uid and --gid, or use --system'
        is "... and changes nothing" "$before" "$(state)"
done
refused "a folder that is not there" "there is no file or directory './none'" install ./none
refused "a file that is no tarball" "neither a directory nor" install "$HOME/.npmrc"
refused "an unknown scheme" "unsupported URL scheme 'ftp'" install ftp://127.0.0.1/mod.tgz
publish no-entry 1.0.0; rm packages/no-entry/1.0.0/index.js
refused "a package without what it wants to run" "'index.js' is not in the package" install no-entry
publish runs 1.0.0 ",\"scripts\":{\"postinstall\":\"touch $tmp/ran\"}"
publish no-entry 1.0.1 ',"dependencies":{"runs":"1"}'; rm packages/no-entry/1.0.1/index.js
refused "... whatever its dependencies build" "'index.js' is not in the package" install no-entry
is "... before any install script runs" "" "$(ls "$tmp/ran" 2>/dev/null)"
publish builds 1.0.0 ',"scripts":{"install":"touch index.js"}'; rm packages/builds/1.0.0/index.js
installs "... but one that builds it itself" builds
cd files || exit
mkdir mod && touch foo.js
refused "a name that a directory has as well" "'mod' is a directory here: use './mod' for it, or 'npm:mod'" install mod
refused "... or a file" "'foo.js' is a file here, .* use 'npm:foo.js' for" install foo.js
refused "... which is not a package by its path" "'pm2ctl generate NAME'" install ./foo.js
installs "... which a version tells apart" mod@1.0.0
installs "... and npm: too" npm:foo.js
mkdir mod@1.0.0
installs "an update goes by what was asked for" --force npm:mod@1.0.0
rm -r mod mod@1.0.0 foo.js && cd .. || exit
status "uninstall" 0 uninstall builds mod foo.js
publish several 1.0.0 ',"apps":[{"name":"a","script":"index.js"},{"name":"b","script":"index.js"}]'
refused "arguments for one of several apps" "has 2 apps" install several -- x
refused "arguments that are not UTF-8" "not valid UTF-8" install mod -- $'\xff'
refused "arguments without end" "have more than 32768 bytes" install mod -- "$(printf '%040000d' 0)"
publish torn 1.0.0 ',"dependencies":{"none":"1"}'
refused "a dependency that nobody has" "none" install torn
publish fails 1.0.0 ',"scripts":{"install":"echo last words >&2; exit 3"}'
status "install scripts that fail" 1 install fails
says "... are named" "fails.*the install script failed: it exited with status 3"
says "... and quoted" "last words"
is "... and leave nothing" "" "$(ls -d "$modules/fails" 2>/dev/null; ls -A "$staging")"

# -- scripts
SECRET_TOKEN=hush NPM_TOKEN=hush installs "install scripts run" scripted
is "... in the package" "done" "$(cat "$modules/scripted/current/node_modules/scripted/marker")"
is "... without the caller's variables" "" "$(grep hush "$modules/scripted/current/node_modules/scripted/environment")"
installs "--ignore-scripts" --ignore-scripts scripted
is "... runs none" "" "$(ls "$modules/scripted/current/node_modules/scripted/marker" 2>/dev/null)"
publish scripted 1.0.1 ',"scripts":{"postinstall":"echo done >marker"}'
status "an update" 0 update scripted
is "... keeps it so" "1.0.1 " "$(version scripted) $(ls "$modules/scripted/current/node_modules/scripted/marker" 2>/dev/null)"
npm_config_ignore_scripts=true installs "npm's own ignore-scripts" scripted
is "... is heeded" "" "$(ls "$modules/scripted/current/node_modules/scripted/marker" 2>/dev/null)"
status "an option with the wrong verb is a usage error" 2 list --ignore-scripts

publish net 1.0.0 ',"scripts":{"install":"node net.js"}' net.js \
        "require('http').get('$registry', () => process.exit(0)).on('error', () => process.exit(9));"
if unshare -Un true 2>/dev/null; then
        status "without --scripts-network they reach nothing" 1 install net
        says "... and fail" "the install script failed: it exited with status 9"
else
        installs "where the kernel gives users no namespaces they have the network" net
        says "... and are told" "Install scripts can reach the network: the kernel does not allow users to create a private one"
fi
installs "with --scripts-network they have it" --scripts-network net
is "... and so after an update" "True" "$(note net scripts_network)"

# -- --json
output=$(pm2ctl install --json=short mod@1.0.0 2>/dev/null)
is "--json=short is one line" 1 "$(wc -l <<<"$output")"
is "... of what has happened" "mod 1.0.0 1" "$(field name <<<"$output") $(field version <<<"$output") $(field packages <<<"$output")"
output=$(pm2ctl install --json=short mod@1.1.0 2>/dev/null)
is "... or has been there before" "updated 1.0.0" "$(field result <<<"$output") $(field previous <<<"$output")"
output=$(pm2ctl install --json=short none 2>/dev/null)
is "... with status 1 for what has not" 1 "$?"
is "... and why" "failed none" "$(field result <<<"$output") $(field error <<<"$output" | grep -o none | head -n 1)"

# -- outdated and update
rm -rf "$modules"
status "nothing installed is nothing outdated" 0 outdated
status "... and nothing to update" 0 update
rm files/mod-1.0.0-rc.tgz
(cd files/mod-src && npm pack --silent >/dev/null 2>&1 && rm -rf ../mod-src/*.tgz)
installs "a range" 'mod@^1.0.0'
installs "a range in a dependency" deep
installs "a version" leaf@1.0.0
installs "a branch" "$repo#main"
installs "a linked folder" ./files/mod-src
cp -r packages/foo.js/1.0.0 files/package && tar -C files -czf files/foo.js.tgz package
installs "a tarball" ./files/foo.js.tgz
status "what is new is not outdated" 0 outdated
before=$(state)
status "an update of all without anything new" 0 update
says "... says so of each" '^pm2ctl: mod 1.1.0 is up to date\.$'
says "... and in sum" '^pm2ctl: 6 modules: 0 updated, 6 up to date or without anything to be updated from, 0 failed\.$'
is "... and has left all of them as they were" "$before" "$(state)"
status "an update of one that is unknown and another" 4 update nope mod
says "... names the one" "^pm2ctl: No module 'nope'"
says "... and is one of the other" '^pm2ctl: mod 1\.1\.0 is up to date\.$'

publish mod 1.2.0; publish mod 2.0.0; publish leaf 1.0.1; commit 2.1.0
status "something is outdated" 1 outdated
says "... with what is wanted and what is the latest" '^mod +1\.1\.0 +1\.2\.0 +2\.0\.0 +mod@\^1\.0\.0$'
says "... also what is pinned" '^leaf +1\.0\.0 +1\.0\.0 +1\.0\.1 +leaf@1\.0\.0$'
is "... and no other" 3 "$(grep -c '@\|^MODULE' <<<"$output")"
status "one by name" 0 outdated deep
status "... and one that is unknown" 4 outdated nope deep
output=$(pm2ctl outdated --json=short mod 2>/dev/null)
is "... as JSON too" "mod 1.1.0 1.2.0 2.0.0" "$(python3 -c 'import json,sys; d, = json.load(sys.stdin); print(d["name"], d["current"], d["wanted"], d["latest"])' <<<"$output")"

publish deep 1.0.1 ',"dependencies":{"none":"1"}'
echo >>files/package/index.js && tar -C files -czf files/foo.js.tgz package
old=$(readlink "$modules/deep/current")
status "an update of all of which one fails" 1 update
says "... says of which, and why" "^pm2ctl: Failed to update 'deep': .*none"
says "... and in sum" '^pm2ctl: 6 modules: 3 updated, 2 up to date or without anything to be updated from, 1 failed\.$'
is "... and has updated what came from a range" 1.2.0 "$(version mod)"
is "... and from a branch" 2.1.0 "$(version from-git)"
is "... left what is pinned" 1.0.0 "$(version leaf)"
is "... and what failed" "$old" "$(readlink "$modules/deep/current")"
is "... keeps the release before of what was updated" 2 "$(find "$modules/mod/releases/" -mindepth 1 -maxdepth 1 | wc -l)"
is "... and nothing else" 1 "$(find "$modules/deep/releases/" -mindepth 1 -maxdepth 1 | wc -l)"
is "... nor in staging" "" "$(ls -A "$staging")"
rm -r packages/deep/1.0.1
output=$(pm2ctl update --json=short deep 2>/dev/null)
is "a new dependency alone is an update too" "updated 1.0.0" "$(field result <<<"$output") $(field version <<<"$output")"
is "... indeed" 1 "$(grep -c '"version": *"1.0.1"' "$modules/deep/current/package-lock.json")"

rm files/foo.js.tgz
status "a tarball that is gone is no failure of an update of all" 0 update
says "... which says so" "foo.js was not updated from 1.0.0: there is no file or directory"
refused "... but of one of it" "there is no file or directory" update foo.js
mkdir files/foo.js.tgz && cp packages/foo.js/1.0.0/* files/foo.js.tgz
refused "a tarball that is a directory now" "is a directory now" update foo.js
git -C files/repo mv package.json package.json.gone && git -C files/repo commit -q -m gone
refused "a branch that is no package any more" "cannot read its package.json" update from-git
git -C files/repo mv package.json.gone package.json && sed -i 's/from-git/renamed/' files/repo/package.json && commit 3.0.0
refused "a package that changed its name" "is now named 'renamed'" update from-git
status "what is not installed cannot be updated" 4 update none
touch "$modules/mod/disabled"; publish mod 1.3.0
status "a disabled module is updated" 0 update mod
is "... and stays disabled" "1.3.0 $modules/mod/disabled" "$(version mod) $(ls "$modules/mod/disabled")"

# -- rollback
status "rollback" 0 rollback mod
says "... says to what" "mod is back at 1.2.0"
is "... is the version before" 1.2.0 "$(version mod)"
output=$(pm2ctl rollback --json=short mod 2>/dev/null)
is "once more is the one that was" "rolled-back 1.3.0 1.2.0" \
        "$(field result <<<"$output") $(field version <<<"$output") $(field previous <<<"$output")"
installs "a linked folder in the place of a package" ./files/mod-src
refused "what has no release before" "no previous release to roll back to" rollback leaf
status "what is not installed cannot be rolled back" 4 rollback none

# -- the cache
kill "${pids[0]}"; wait "${pids[0]}" 2>/dev/null
refused "without the registry" "cannot be reached" install no-longer
installs "--offline makes do with the cache" --offline mod@1.3.0
installs "--prefer-offline too" --prefer-offline mod@1.2.0
status "outdated too" 1 outdated --offline mod
refused "... but not with what is not there" "not in the cache|offline" install --offline never
status "cache clean" 0 cache clean
is "... leaves nothing" "" "$(ls -A "$HOME/.cache/pm2ctl")"
status "what cannot be asked is not up to date" 6 outdated mod
output=$(pm2ctl outdated --json=short mod 2>/dev/null)
says "... in JSON with the reason" '^\[\{"name":"mod","current":"[^"]*",.*"error":"[^"]+"\}\]$'
refused "... so that there is nothing to make do with" "not in the cache|offline" install --offline mod@1.3.0
status "any other word is a usage error" 2 cache verify

# -- a person who watches, and changes their mind
cat >slow.js <<'JS'
const http = require('http');
const { Registry } = require(process.argv[2] + '/tests/registry.js');
const registry = new Registry({ packages: ['packages'], intercept: (request) => request.url.endsWith('.tgz') && process.argv[3] === 'stall' });
registry.listen().then(console.log);
JS
serve node slow.js "$top_srcdir" stall
echo "registry=$url" >"$HOME/.npmrc"
before=$(state)
output=$("$top_srcdir/tests/terminal.py" 'fetched 0 of 2' "$top_builddir/pm2ctl-in-tree" --user install deep)
says "on a terminal there is a line of progress" '<resolved 2, fetched 0 of 2, [0-9.]+ MB, [0-9.]+ MB/s>'
says "... which is gone before anything else is said" "<>pm2ctl: Failed to install 'deep': it was interrupted"
says "... and whose interruption the caller learns of" '^ended -2$'
is "... with nothing changed" "$before" "$(state)"
is "... nothing left in staging" "" "$(ls -A "$staging")"
is "... and no process" "" "$(grep -lszxF "CREDENTIALS_DIRECTORY=$staging/1" /proc/[0-9]*/environ)"
serve node slow.js "$top_srcdir" serve
echo "registry=$url" >"$HOME/.npmrc"
publish waits 1.0.0 ',"scripts":{"postinstall":"sleep 300 & echo $! >'"$tmp"'/sleeper; exec sleep 300"}'
output=$("$top_srcdir/tests/terminal.py" 'Running install scripts' "$top_builddir/pm2ctl-in-tree" --user install waits)
says "install scripts are interrupted too" "it was interrupted"
is "... and end with all they started" "" "$([ ! -e sleeper ] || ls -d "/proc/$(cat sleeper)" 2>/dev/null)"
is "... leaving nothing" "" "$(ls -A "$staging"; ls -d "$modules/waits" 2>/dev/null)"
output=$("$top_srcdir/tests/terminal.py" '' "$top_builddir/pm2ctl-in-tree" --user install deep)
says "who does not change their mind gets it" 'added 2 packages in'
unset output
output=$(pm2ctl install deep 2>&1)
is "elsewhere there are plain lines" "" "$(tr -d '\n[:print:]…' <<<"$output")"

# -- whose configuration counts, and what is not written down
echo "registry=$url" >"$HOME/.npmrc"
for mode in 0666 0660 0622; do
        chmod "$mode" "$HOME/.npmrc"
        status "an .npmrc of mode $mode" 1 install deep
        says "... is ignored" "\.npmrc is ignored: other users than its owner may write to it"
done
chmod 0600 "$HOME/.npmrc"
if [ "$(id -u)" -eq 0 ]; then
        chown 1 "$HOME/.npmrc"
        status "another user's .npmrc" 1 install deep
        says "... is ignored" "\.npmrc is ignored: it is owned by UID 1"
        chown 0 "$HOME/.npmrc"
fi
printf 'registry=%s\n' "$url" >other && chmod 0666 other
output=$(NPM_CONFIG_USERCONFIG=$tmp/other pm2ctl install deep 2>&1)
says "one that a variable names is held to the same" "other is ignored: other users than its owner"
printf 'registry=%s\ncafile=%s\n' "$url" "$tmp/ca.pem" >"$HOME/.npmrc"
touch ca.pem && chmod 0666 ca.pem
refused "so is what it names" "'cafile' names the file .*, which is not trusted: other users than its owner" install deep
chmod 0644 ca.pem && mkdir -m 0777 open && cp ca.pem open/ && printf 'registry=%s\ncafile=%s\n' "$url" "$tmp/open/ca.pem" >"$HOME/.npmrc"
refused "... also in a folder of everybody's" "is not trusted: every user may write to $tmp/open" install deep
echo "registry=$url" >"$HOME/.npmrc"

# shellcheck disable=SC2016 # not the shell's
printf 'registry=%s${NOT_SET}/\n' "$url" >"$HOME/.npmrc"
refused "a variable in .npmrc that is not set" "'registry' in $HOME/.npmrc names the variable NOT_SET, which is not set" install deep
echo "registry=$url" >"$HOME/.npmrc"

# ignores NAME REASON FOLDER: the .npmrc there names a registry that is not ours, and goes uncounted
ignores() {
        output=$(cd "$3" && pm2ctl install nosuch 2>&1)
        says "$1 is ignored" "npmrc is ignored: $2"
        is "... indeed" "" "$(grep -o 'elsewhere.invalid' <<<"$output")"
}
echo registry=http://elsewhere.invalid/ >elsewhere
mkdir linked proc fifo folder && ln -s "$tmp/elsewhere" linked/.npmrc && ln -s /proc/self/comm proc/.npmrc && mkfifo fifo/.npmrc && mkdir folder/.npmrc
ignores "./.npmrc that is a symlink" "it is a symlink" linked
ignores "... to what a process is called" "it is a symlink" proc
ignores "... that is a FIFO" "it is not a regular file" fifo
ignores "... that is a folder" "it is not a regular file" folder
cp elsewhere open/.npmrc
ignores "... in a folder that every user may write to" "every user may write to" open
chmod 1777 open
ignores "... sticky or not" "every user may write to" open
if [ "$(id -u)" -eq 0 ]; then
        chmod 0755 open && chown 1 open
        ignores "... in another user's folder" "$tmp/open is owned by '" open
fi
output=$(NPM_CONFIG_USERCONFIG=/proc/self/comm pm2ctl install nosuch 2>&1)
says "what the kernel makes up is no configuration" "comm is ignored: it is not a regular file"
output=$(NPM_CONFIG_USERCONFIG=$tmp/open/.npmrc pm2ctl install nosuch 2>&1)
says "a variable's file is held to its folder too" "npmrc is ignored: "
rm "$HOME/.npmrc" && ln -s "$tmp/open/.npmrc" "$HOME/.npmrc"
ignores "the .npmrc of HOME that leads to such a folder" "" .
ln -sf "$tmp/elsewhere" "$HOME/.npmrc"
output=$(pm2ctl install nosuch 2>&1)
says "... counts where it leads to one's own" "elsewhere.invalid"
rm -r "$HOME/.npmrc" open && echo "registry=$url" >"$HOME/.npmrc"
credentials=${url/:\/\//:\/\/me:s3cret@}
refused "an address says nothing of what has to come" "--allow-unverified" install "${credentials}deep/-/deep-1.0.0.tgz"
is "... and its password is not shown" "" "$(grep -o s3cret <<<"$output")"
installs "... but may be allowed" --allow-unverified "${credentials}deep/-/deep-1.0.0.tgz"
is "... with no password shown" "" "$(grep -o s3cret <<<"$output")"
is "... nor stored" "" "$(grep -rl s3cret "$modules" "$staging")"
refused "... so that an update takes it anew" "password or token, which is not stored; write it into .npmrc" update deep
output=$(pm2ctl list --json; pm2ctl show deep --json; pm2ctl outdated 2>&1)
is "... and no list has it" "" "$(grep -o s3cret <<<"$output")"
for address in "${url/:\/\//:\/\/s3cret:x-oauth-basic@}deep/-/deep-1.0.0.tgz" "${url/:\/\//:\/\/s3cret:@}deep/-/deep-1.0.0.tgz" \
        "${url}deep/-/deep-1.0.0.tgz?jwt=s3cret" "${url}deep/-/deep-1.0.0.tgz#token=s3cret"; do
        installs "from ${address/*127.0.0.1/}, the rest hidden" --force --allow-unverified "$address"
        output+=$(pm2ctl list --json; pm2ctl show deep --json; pm2ctl outdated 2>&1; grep -rh s3cret "$modules" "$staging")
        is "... it is neither shown nor stored" "" "$(grep -o s3cret <<<"$output")"
        refused "... so that an update takes it anew" "password or token, which is not stored" update deep
done
for spec in user:s3cret@127.0.0.1:x.git user:s3cret@h:x.git 'https://user:pa s3cret@127.0.0.1:1/x.tgz' https:/user:s3cret@h \
        'https:\\user:s3cret@h' https://user:12/s3cret@127.0.0.1:1/x.tgz "https://127.0.0.1:1/x.tgz?a=p's3cret" foo@user:s3cret@h:a/b; do
        status "what is misspelt" 1 install "$spec"
        is "... is not shown: $output" "" "$(grep -o s3cret <<<"$output")"
done

status "uninstall" 0 uninstall all
is "... leaves none" "" "$(ls "$modules"; ls -A "$staging")"

done_testing
