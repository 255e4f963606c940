#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Registry signatures as a person meets them: signed rightly and wrongly, keys that change, pm2ctl.ini. In the user scope of
# folders of our own and without a manager: an install ends with the news that nothing can be started. TAP.
set -u
. "${0%/*}/lib.sh"
for program in node python3 mkfifo; do
        command -v "$program" >/dev/null || { echo "1..0 # SKIP $program, which this test needs, is not installed"; exit 0; }
done
top_builddir=$(cd "${top_builddir:-$(dirname "$0")/../..}" && pwd)
top_srcdir=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
tmp=$(private_folder) || exit 1
pids=() jobs=()
trap 'kill "${pids[@]}" 2>/dev/null; rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
mkdir -p home run packages
export HOME=$tmp/home XDG_RUNTIME_DIR=$tmp/run TMPDIR=$tmp PM2CTL_LIBEXECDIR=$top_builddir TERM=dumb
unset DBUS_SESSION_BUS_ADDRESS XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME "${!npm_config_@}" "${!NPM_CONFIG_@}" "${!http_@}" \
        "${!HTTP_@}"
state=$HOME/.local/state/pm2ctl modules=$HOME/.local/state/pm2ctl/modules staging=$HOME/.local/state/pm2ctl/staging
memory=$state/registry-keys.json ini=$HOME/.config/pm2ctl/pm2ctl.ini

pm2ctl() { "$top_builddir/pm2ctl-in-tree" --user "$@"; }

# installs NAME WORD…: all is done but for the start
installs() {
        local got
        output=$(pm2ctl install "${@:2}" 2>&1 </dev/null)
        got=$?
        [ "$got" -eq 1 ] && grep -Eq "^pm2ctl: .* is (installed|updated|up to date), but does not run: there is no .*manager" <<<"$output"
        result $? "$1" "status $got" "$output"
}

says_nothing_of() { # NAME REGEX: the last command
        ! grep -Eq -e "$2" <<<"$output"
        result $? "$1" "a line matches: $2" "$output"
}

installed() { find "$modules" -mindepth 1 -printf '%P %y %l\n' 2>/dev/null | sort; }

# refused NAME REGEX WORD…: status 1 and one sentence; nothing has changed, nothing was unpacked or is left behind
refused() {
        local before
        before=$(installed)
        status "$1" 1 pm2ctl install -q "${@:3}"
        says "... in a sentence that says why" "^pm2ctl: Failed to install .*$2"
        is "... the only one" 1 "$(grep -c 'Failed to install' <<<"$output")"
        is "... and nothing has changed" "$before" "$(installed)"
        is "... and staging is empty" "" "$(ls -A "$staging" 2>/dev/null)"
}

json() { python3 -c 'import json,sys; print(eval(sys.argv[1], {"o": json.load(sys.stdin)}))' "$1"; }
note() { json "o.get('$2')" <"$modules/$1/current/module.json"; }

publish() { # NAME VERSION [MORE-JSON]
        local dir=packages/$1/$2
        mkdir -p "$dir"
        printf '{"name":"%s","version":"%s","main":"index.js"%s}\n' "$1" "$2" "${3:-}" >"$dir/package.json"
        echo 'setInterval(() => {}, 60000);' >"$dir/index.js"
}

serve() { # COMMAND…: sets $url to the line it prints first
        mkfifo pipe
        "$@" >pipe 2>/dev/null &
        pids+=($!)
        read -r url <pipe
        rm pipe
}

does() { echo "${1:-{\}}" >state.json; } # what the registry does from now on
forget_cache() { rm -rf "$HOME/.cache/pm2ctl"; }
anew() { does "${1:-}"; forget_cache; rm -rf "$state"; } # nothing is remembered, nothing installed
configure() { mkdir -p "${ini%/*}"; printf '%s\n' "$@" >"$ini"; }

publish mod 1.0.0
publish mod 2.0.0
publish other 1.0.0
publish deep 1.0.0 ',"dependencies":{"leaf":"^1.0.0"}'
publish wish 1.0.0 ',"optionalDependencies":{"leaf":"^1.0.0"}'
publish leaf 1.0.0
publish twin 1.0.0 ',"dependencies":{"leaf":"1.0.0","leaf2":"npm:leaf@1.0.0"}'
does
serve node "$top_srcdir/tests/signed-registry.js" --packages packages --state state.json --ids ids.json
registry=$url
echo "registry=$registry" >"$HOME/.npmrc"
a=$(json "o['a']" <ids.json) b=$(json "o['b']" <ids.json) p384=$(json "o['p384']" <ids.json)
literally() { sed 's/[][\.*^$()+?{}|]/\\&/g' <<<"$1"; }
A=$(literally "$a") B=$(literally "$b") R=$(literally "$registry")

# -- what is right
installs "a signed package" mod@1.0.0
says "... its key is told at first use" "signing key $A of $R is remembered"
is "... module.json has the key" "$a" "$(note mod signed_by)"
is "... the registry and its key are remembered" "$registry $a" \
        "$(json "o['registries'][0]['registry'] + ' ' + o['registries'][0]['keys'][0]['keyid']" <"$memory")"
status "show" 0 pm2ctl show mod
says "... says by which key" "^ *Signed by:? +$A\$"
status "show --json" 0 pm2ctl show --json mod
is "... too" "$a" "$(json "(o[0] if isinstance(o, list) else o)['signed_by']" <<<"$(pm2ctl show --json mod 2>/dev/null)")"
installs "a tree, the second time" deep
says_nothing_of "... with no word about keys" 'signing key'
is "... all three packages are remembered" 3 "$(json "len(o['registries'][0]['signed'])" <"$memory")"
output=$(pm2ctl install --json other 2>/dev/null)
is "install --json has the key" "$a" "$(json "o['signed_by']" <<<"$output")"
installs "two places of one package" twin
installs "out of the cache, without the network" --offline mod@1.0.0
anew '{"sign":{"*":["a","b"]},"keys":["b","a"]}'
installs "two signatures with two keys" mod
is "... the first is the one" "$a" "$(note mod signed_by)"
anew '{"keyid":{"a":"'"$a"'="}}'
installs "an id with padding" mod
anew '{"expires":{"a":"2999-01-01T00:00:00.000Z"}}'
installs "a key that has not expired" mod

# -- what is wrong
anew '{"over":{"mod@2.0.0":"mod@2.0.0:sha512-AAAA"}}'
refused "a signature of another hash" "mod@2\.0\.0: its signature with the key $A is wrong" mod
anew '{"over":{"mod@2.0.0":"mod@1.0.0:sha512-AAAA"}}'
refused "... of another version" "is wrong" mod
anew '{"over":{"mod@2.0.0":"other@2.0.0"}}'
refused "... of another name" "is wrong" mod
is "... and no key is remembered" "" "$(ls "$memory" 2>/dev/null)"
anew '{"sign":{"*":["b"]}}'
refused "a foreign key" "signed with the key $B, which is not one of the registry's" mod
anew '{"sign":{"*":["a","b"]}}'
refused "a right signature beside a foreign one" "not one of the registry's" mod
anew '{"sign":{"*":["p384"]},"keys":["a","p384"]}'
refused "a key of another curve" "its key $(literally "$p384") has the unsupported type ecdsa-sha2-nistp384" mod
anew '{"keyid":{"a":"'"$b"'"}}'
refused "an id of another key" "the ID of its key $B is not the key's hash" mod
anew '{"keyid":{"a":"mine"}}'
refused "an id that is no hash" "the ID of its key mine is not the key's hash" mod
for signatures in '[{"keyid":"'"$a"'","sig":"%%%"}]' '[{"keyid":"'"$a"'"}]' '[{"sig":"AAAA"}]' '[1]' '{"keyid":1}' '"x"' true \
        '[{"keyid":"\u001b[2J","sig":"AAAA"}]'; do
        anew '{"signatures":{"mod@2.0.0":'"$signatures"'}}'
        refused "malformed: ${signatures/$a/ID}" "mod@2\.0\.0: its signatures? (is|are) malformed" mod
done
anew '{"signatures":{"mod@2.0.0":[{"keyid":"'"$a"'","sig":"AAAA"}]}}'
refused "no DER in it" "is wrong" mod
anew "{\"signatures\":{\"mod@2.0.0\":[$(printf '1,%.0s' {1..5000})1]}}"
refused "five thousand signatures" "more than 16 signatures" mod
anew '{"sign":{"leaf@1.0.0":["b"]}}'
refused "a dependency" "leaf@1\.0\.0: it is signed with the key" deep
refused "... an optional one" "leaf@1\.0\.0: it is signed with the key" wish
anew '{"as":{"mod@2.0.0":"mod@1.0.0"}}'
refused "an older version in the place of a newer one" "is for version 1\.0\.0" mod
anew '{"as":{"mod@2.0.0":"other@1.0.0"}}'
refused "another package in its place" "other|version" mod
anew '{"as":{"leaf@1.0.0":"other@1.0.0"}}'
refused "... in that of a dependency" "lists other@1\.0\.0, which is another package" deep

# -- what is in the cache
anew
installs "a tree that is in the cache" deep
does '{"over":{"deep@1.0.0":"x"}}'
refused "... is refused if the registry has another signature now" "deep@1\.0\.0: its signature .* is wrong" deep
anew
configure '[install]' 'signatures = off'
installs "what came into the cache without a check" mod
rm "$ini"
refused "... cannot be checked without a key" \
        "its signature cannot be checked: the signing keys are not in the cache; drop --offline, or npm's setting 'offline', to download them" --offline mod
installs "... with the network it is" mod
installs "... and then without" --offline mod
is "... with the key" "$a" "$(note mod signed_by)"

# -- keys that expire
old='"expires":{"a":"2020-01-01T00:00:00.000Z"}'
anew "{$old"',"time":{"2.0.0":"2019-06-01T12:00:00.000Z"}}'
installs "published before its key expired" mod
anew "{$old"',"time":{"2.0.0":"2020-06-01T12:00:00.000Z"}}'
refused "published after that" "its key $A expired on 2020-01-01T00:00:00\.000Z, before the version was published" mod
anew "{$old}"
refused "published nobody knows when" "expired on .* does not say when" mod
anew "{$old"',"time":{"2.0.0":"soon"}}'
refused "... at no time at all" "does not say when" mod

# -- the document
for document in deep large '{' '[]' '{}' '{"keys":1}' '{"keys":[1]}' '{"keys":[{"keyid":[]}]}' 'null'; do
        anew "$(python3 -c 'import json,sys; print(json.dumps({"document": sys.argv[1]}))' "$document")"
        refused "a document of keys: $document" "mod@2\.0\.0: its signature cannot be checked: " mod
done
anew '{"document":"{\"keys\":[]}"}'
refused "... without keys" "not one of the registry's" mod
anew '{"status":403}'
refused "... that it does not give" "its signature cannot be checked: .*status 403" mod
for status in 404 400 405 501; do
        anew '{"status":'$status'}'
        installs "a registry without such a document (status $status)" mod
        says "... whose signatures are not checked, which is told" "Signatures of $R are not checked: it has no signing keys"
        is "... nor noted" None "$(note mod signed_by)"
done

# -- no signature
anew '{"sign":{"*":[]},"status":404}'
installs "a registry that signs nothing" deep
says_nothing_of "... is taken without a word" 'signatures? (of|is|are)|no signature|signed|signing| keys?( |:)'
is "... or a question" "" "$(ls "$memory" 2>/dev/null)"
anew '{"sign":{"leaf@1.0.0":[]}}'
installs "a dependency without" deep
says "... is told where others have one" "1 package of $R has no signature, though it signs others: leaf@1\.0\.0"
anew
installs "what had one" mod@1.0.0
does '{"sign":{"mod@1.0.0":[]}}' && forget_cache
refused "... and has none now" "mod@1\.0\.0: it had a valid signature when it was installed before" mod@1.0.0
does '{"signatures":{"mod@1.0.0":null}}' && forget_cache
refused "... and has null" "it had a valid signature" mod@1.0.0
does '{"sign":{"*":[]},"status":404}' && forget_cache
refused "... and the registry signs nothing now" "it had a valid signature" mod@1.0.0
installs "... another version is no matter of that" mod@2.0.0
says "... but is told" "1 package of $R has no signature"
anew
installs "a tree" deep
does '{"sign":{"leaf@1.0.0":[]}}' && forget_cache
refused "... of which a dependency has none now" "leaf@1\.0\.0: it had a valid signature" deep

# -- keys that change
anew
installs "key a" mod@1.0.0
does '{"keys":["a","b"],"sign":{"*":["b"]}}' && forget_cache
installs "a new key beside it" mod@2.0.0
says "... is a warning that names it" "$R has a new signing key, $B,"
installs "... once" mod@2.0.0
says_nothing_of "... and no more" 'signing key'
does '{"keys":["b"],"sign":{"*":["b"]}}' && forget_cache
installs "the old one goes" mod@1.0.0
says "... which is told" "$R no longer has the signing key $A, which is forgotten"
does && forget_cache
installs "and comes back" mod@1.0.0
says "... as a new one" "has a new signing key, $A,"
says "... while the other goes" "no longer has the signing key $B,"
does '{"expires":{"a":"2999-01-01T00:00:00.000Z"}}' && forget_cache
installs "a time when it expires" mod@1.0.0
says "... is told" "signing key $A of $R now expires on 2999-01-01T00:00:00\.000Z; before: never\."
does '{"keys":["a","b"],"sign":{"*":["b"]}}'
installs "a new key that the cache does not know yet" other
says "... is found out" "has a new signing key, $B,"
does '{"keys":["a","b"],"key":{"a":"AAAA"}}' && forget_cache
refused "other key material under a known id" "signing key $A differs from the remembered key of that ID" mod@1.0.0
for document in '"status":404' '"status":500' '"document":"{"' '"document":"deep"'; do
        does "{$document,\"sign\":{\"*\":[\"b\"]}}" && forget_cache
        installs "no keys now ($document)" mod@1.0.0
        says "... the remembered ones are used, which is told" "Using the stored signing keys of $R"
        is "... and the signature is checked" "$b" "$(note mod signed_by)"
        does "{$document,\"over\":{\"mod@2.0.0\":\"x\"}}" && forget_cache
        refused "... by them" "is wrong" mod@2.0.0
done
does
cp "$memory" kept
for text in '' '{' '[]' '{"format":1,"registries":{}}' '{"format":1,"registries":[{"registry":1}]}'; do
        echo "$text" >"$memory"
        refused "a damaged file of remembered keys: '$text'" "registry-keys\.json: .*; remove it to trust the registries' keys anew" mod
done
echo '{"format":99}' >"$memory"
refused "... or a newer one" "written by a newer pm2ctl" mod
cp kept "$memory"
installs "and the right one" mod

# -- several at once
anew
for name in mod other deep wish twin; do pm2ctl install -q $name >/dev/null 2>&1 & jobs[${#jobs[@]}]=$!; done
wait "${jobs[@]}"
is "installs at the same time remember all" 6 "$(json "len(o['registries'][0]['signed'])" <"$memory")"
is "... and leave no other file" "$memory" "$(ls "$state"/*registry* "$state"/.*registry* 2>/dev/null)"

# -- a fetch unit that was taken over
mkdir libexec
fetched() { # MORE-JSON: what it answers
        printf '#!/bin/sh\necho %s\n' "'{\"name\":\"mod\",\"version\":\"1.0.0\"$1}'" >libexec/pm2-fetch
        chmod +x libexec/pm2-fetch
}
key() { echo '{"keyid":"'"$1"'","keytype":"t","scheme":"s","key":"'"$2"'","expires":null}'; }
cp "$memory" kept
while read -r regex more; do
        fetched ",$more"
        PM2CTL_LIBEXECDIR=$tmp/libexec refused "the answer $more" "$regex" mod
        cmp -s "$memory" kept
        result $? "... changes nothing that is remembered"
done <<END
signing.key "registries":[{"registry":"$registry","keys":[$(key "$a" AAAA)]}]
registries "registries":{"registry":"$registry"}
not.a.valid.URL "registries":[{"registry":"\\u001b[2Jx","keys":[]}]
of.a.key "registries":[{"registry":"$registry","keys":[$(key 'a\\u0007' AAAA)]}]
hexadecimal "registries":[{"registry":"$registry","signed":["nonsense"]}]
more.than.16 "registries":[{"registry":"$registry","keys":[$(for i in {1..17}; do key "k$i" AAAA; done | paste -sd,)]}]
more.than.16 "registries":[$(for i in {1..17}; do echo '{"registry":"r'"$i"'"}'; done | paste -sd,)]
did.not.list "signed_by":"SHA256:other"
did.not.list "signed_by":"\\u001b[2J"
END

# -- a shrinkwrap
wrap() { # VERSION LEAF-JSON: a package "wrapped" with this shrinkwrap
        publish wrapped "$1" ',"dependencies":{"leaf":"^1.0.0"}'
        echo '{"name":"wrapped","version":"'"$1"'","lockfileVersion":3,"packages":{"":{"name":"wrapped","version":"'"$1"'",
                "dependencies":{"leaf":"^1.0.0"}},"node_modules/leaf":'"$2"'}}' >"packages/wrapped/$1/npm-shrinkwrap.json"
}
integrity=$(python3 -c 'import json,sys,urllib.request
print(json.load(urllib.request.urlopen(sys.argv[1] + "leaf"))["versions"]["1.0.0"]["dist"]["integrity"])' "$registry")
shasum=$(python3 -c 'import json,sys,urllib.request,base64
d = json.load(urllib.request.urlopen(sys.argv[1] + "leaf"))["versions"]["1.0.0"]["dist"]
print("sha1-" + base64.b64encode(bytes.fromhex(d["shasum"])).decode())' "$registry")
other=sha512-$(head -c 64 /dev/zero | base64 -w0)
wrap 1.0.0 '{"version":"1.0.0","integrity":"'"$integrity"'"}'
wrap 1.1.0 '{"version":"1.0.0","resolved":"https://elsewhere.invalid/leaf/-/leaf-1.0.0.tgz","integrity":"'"$integrity"'"}'
wrap 1.2.0 '{"version":"1.0.0","integrity":"'"$shasum"'"}'
wrap 1.3.0 '{"version":"1.0.0","integrity":"'"$other"'"}'
wrap 1.4.0 '{"version":"1.0.0","integrity":"'"$integrity $other"'"}'
wrap 1.5.0 '{"version":"1.0.0","resolved":"'"${registry}leaf/-/leaf-1.0.0.tgz?x"'","integrity":"'"$integrity"'"}'
wrap 1.6.0 '{"version":"1.0.0","bundleDependencies":["x"],"resolved":"'"${registry}leaf/-/leaf-1.0.0.tgz"'","integrity":"'"$integrity"'"}'
for version in 1.0.0 1.1.0 1.2.0 1.4.0 1.6.0; do
        anew
        installs "a shrinkwrap ($version)" wrapped@$version
        is "... whose package is signed" 2 "$(json "len(o['registries'][0]['signed'])" <"$memory")"
        anew '{"sign":{"leaf@1.0.0":["b"]}}'
        refused "... and refused if it is not" "leaf@1\.0\.0: it is signed with the key $B" wrapped@$version
done
publish sharer 1.0.0 ',"dependencies":{"leaf":"1.0.0","wrapped":"1.5.0"}'
anew
installs "the same archive from an address of a shrinkwrap" sharer
anew '{"sign":{"leaf@1.0.0":["b"]}}'
refused "... does not vouch for that of the registry" "leaf@1\.0\.0: it is signed with the key $B" sharer
anew
refused "a shrinkwrap with another hash" "leaf@1\.0\.0: the hash in an npm-shrinkwrap\.json is not the one that the registry signed" \
        wrapped@1.3.0
configure '[install]' 'signatures = required'
refused "an address that the registry says nothing of" "leaf@1\.0\.0: the registry has no signature for it" wrapped@1.5.0

# -- pm2ctl.ini
anew
installs "signatures = required" deep
anew '{"sign":{"mod@2.0.0":[]}}'
refused "... a package without" \
        "mod@2\.0\.0: the registry has no signature for it, and 'signatures = required' is set in pm2ctl.ini" mod
anew '{"sign":{"leaf@1.0.0":[]}}'
refused "... a dependency without" "leaf@1\.0\.0: the registry has no signature for it" deep
refused "... an optional one without" "leaf@1\.0\.0: the registry has no signature for it" wish
anew '{"status":404}'
refused "... a registry without keys" "it is signed, but the registry has no signing keys to check it with" mod
tar -czf mod.tgz -C packages/mod --transform 's,^1.0.0,package,' 1.0.0
installs "... a tarball of this machine is no matter of a registry" ./mod.tgz
configure '[install]' 'signatures = off'
anew '{"over":{"mod@2.0.0":"x"}}'
installs "signatures = off: a wrong one" mod
is "... nothing is noted" None "$(note mod signed_by)"
is "... or remembered" "" "$(ls "$memory" 2>/dev/null)"
configure '[install]' 'signatures = when-present'
refused "signatures = when-present" "is wrong" mod
for value in '' yes Required 'required,off' 'required off'; do
        configure '[install]' "signatures = $value"
        refused "signatures = '$value'" "pm2ctl\.ini: line 2: '$value' is not a valid value of 'signatures'; use required, when-present or off" mod
done
configure 'signatures = required'
refused "no section" "pm2ctl\.ini: line 1: an entry stands before the first" mod
configure '[install' 'signatures = required'
refused "half a section" "pm2ctl\.ini: line 1" mod
does
configure '[install]' 'signature = required'
refused "an option that is misspelled" "pm2ctl\.ini: line 2: unknown option 'signature' in section \[install\]" mod
configure '[other]' 'signatures = required'
refused "a section that is misspelled" "pm2ctl\.ini: line 2: unknown option 'signatures' in section \[other\]" mod
rm "$ini"
ln -s "$tmp/elsewhere" "$ini"
refused "a symlink" "pm2ctl\.ini: it is a symlink" mod
rm "$ini"

done_testing
