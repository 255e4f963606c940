#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# generate, check, package and publish as a person types them; no registry is asked. TAP.
set -u
. "${0%/*}/lib.sh"
for program in node npm python3 tar; do
        command -v "$program" >/dev/null || { echo "1..0 # SKIP $program, which this test needs, is not installed"; exit 0; }
done
top_builddir=$(cd "${top_builddir:-$(dirname "$0")/../..}" && pwd)
tmp=$(realpath "$(mktemp -d)") || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
mkdir home
export HOME=$tmp/home PM2CTL_LIBEXECDIR=$top_builddir TERM=dumb
unset "${!npm_config_@}" "${!NPM_CONFIG_@}"

pm2ctl() { "$top_builddir/pm2ctl-in-tree" "$@"; }
findings() { pm2ctl check --json=short "$@" | python3 -c 'import json, sys; print("\n".join("%(level)s %(field)s" % {"field": "-", **f} for f in json.load(sys.stdin)))'; }
whole() { pm2ctl check --json=short "$@" | python3 -c 'import json, sys; print(all(f[k] for f in json.load(sys.stdin) for k in ("level", "file", "problem", "remedy")))'; }

# -- generate
status "generate" 0 pm2ctl generate tool
is "... writes these files" "README.md index.js package.json test/module.test.js" "$(cd tool && find . -type f | sed 's,^\./,,' | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')"
is "... of this name" '"tool"' "$(node -p 'JSON.stringify(require("./tool/package.json").name)')"
is "... and nothing is left to fill in" "" "$(grep -r @NAME@ tool)"
status "its own test passes" 0 npm test --prefix tool
before=$(find tool -type f -exec cksum {} +)
status "a folder that is there is left alone" 1 pm2ctl generate tool
says "... and named" "the folder tool"
is "... indeed" "$before" "$(find tool -type f -exec cksum {} +)"
status "a scoped one" 0 pm2ctl generate @acme/other
is "... is in a folder without the scope" "@acme/other" "$(node -p 'require("./other/package.json").name')"
status "no name for a package" 1 pm2ctl generate 'No Name'
says "... and it is said why" "a name may hold"
is "... before anything is written" "home other tool" "$(LC_ALL=C ls | tr '\n' ' ' | sed 's/ $//')"

for name in all 5 Foo @acme/Foo node_modules favicon.ico "$(printf '%0214d' 0 | tr 0 a)"; do
        status "a name that would be refused later: ${name:0:12}" 1 pm2ctl generate "$name"
        one_sentence "... in a sentence" "^pm2ctl: Failed to generate '"
done
is "... before anything is written" "home other tool" "$(LC_ALL=C ls | tr '\n' ' ' | sed 's/ $//')"

# -- check
status "check is content with it" 0 pm2ctl check tool
status "... also with --json" 0 pm2ctl check --json=short tool
is "... which is empty" "[]" "$output"
mkdir bad && cat >bad/package.json <<'END'
{ "name": "Bad Name", "version": 3, "config": [], "apps": [
        { "script": "a.js", "max_restarts": "x", "kill_timeout": {} }, { "args": 3 }, "b.js", 7 ] }
END
status "check finds what is wrong" 1 pm2ctl check bad
is "... all of it" "error name,error version,error config,error apps[0].max_restarts,error apps[0].kill_timeout,error apps[1],error apps[1].args,error apps[3]" \
        "$(findings bad | paste -sd,)"
is "... with file, problem and remedy" True "$(whole bad)"
cat >bad/package.json <<'END'
{ "name": "bad", "files": ["README.md"], "dependencies": { "gone": "1" }, "config": { "PATH": "x", "fine": 1 }, "apps": [
        { "script": "gone.js", "out_file": "x" }, { "script": "in.js", "interpreter": "no-such-interpreter" },
        { "script": "in.js", "cwd": "gone" }, { "script": "out.js" }, { "script": "in.js" } ] }
END
echo >bad/in.js && ln -s /etc/passwd bad/out.js
is "what is wrong beyond the fields" "error apps[0].script
error apps[1].interpreter
error apps[1].script
error apps[2].cwd
error apps[2].script
error apps[3].script
error apps[4].script
warning apps[0].out_file
warning config.PATH
warning dependencies.gone
warning version" "$(findings bad | LC_ALL=C sort)"
is "... with file, problem and remedy" True "$(whole bad)"
mkdir marked && printf '\xef\xbb\xbf{ "name": "marked", "version": "1.0.0", "main": "i.js" }' >marked/package.json && touch marked/i.js
status "a package.json that begins with a byte order mark" 0 pm2ctl check marked
status "... can be packed" 0 pm2ctl package marked
is "... unchanged" efbbbf "$(tar -xOzf marked-1.0.0.tgz package/package.json | od -An -tx1 -N3 | tr -d ' ')"
echo '{ "name": "x", ' >bad/package.json
status "package.json that is no JSON" 1 pm2ctl check bad
says "... is a finding" "^error: package.json: "
echo '{}' >bad/package.json
is "what is missing is said at once" "error name,error -,warning version" "$(findings bad | paste -sd,)"
echo '{ "name": 3, "version": "1", "dependencies": { "gone": "1" }, "apps": [{ "script": "gone.js", "kill_timeout": {} }] }' >bad/package.json
is "... beside what is wrong" "error name,error apps[0].kill_timeout,warning version,warning dependencies.gone,error apps[0].script" \
        "$(findings bad | paste -sd,)"
cat >bad/package.json <<'END'
{ "name": "bad", "version": "1.0.0", "config": { "big": 1e400, "deep": { "n": [98765432109876543210] }, "fine": 1e300 }, "apps": [
        { "name": "in", "script": "in.js" }, { "name": "in", "script": "in.js" }, { "name": "b/../c d", "script": "in.js" },
        { "name": "3", "script": "in.js", "env": { "N": 1e400 } }, { "name": "other", "script": "in.js" }, { "script": "in.js" } ] }
END
status "what has no effect is no error" 0 pm2ctl check bad
is "... but said: names no unit can have, values no setting can have" \
        "warning apps[1].name,warning apps[2].name,warning apps[3].name,warning config.big,warning config.deep,warning apps[3].env.N" \
        "$(findings bad | paste -sd,)"
for name in Foo @acme/Foo node_modules favicon.ico; do
        echo "{ \"name\": \"$name\", \"version\": \"1.0.0\", \"main\": \"in\" }" >bad/package.json
        is "npm takes no new package called $name" "warning name" "$(findings bad | paste -sd,)"
        for verb in publish 'publish --dry-run'; do
                status "... nor does $verb" 1 pm2ctl $verb bad
                one_sentence "... in a sentence" "^pm2ctl: Failed to publish 'bad': package.json: field 'name': "
        done
done
for name in all 5; do
        echo "{ \"name\": \"$name\", \"version\": \"1.0.0\", \"main\": \"in\" }" >bad/package.json
        status "what cannot be installed is not published: $name" 1 pm2ctl publish --dry-run bad
        one_sentence "... which is said" "field 'name': a module named '$name' could not be told from"
done
echo '{ "name": "bad", "version": "1", "main": "in" }' >bad/package.json
is "a version that cannot be published" "warning version" "$(findings bad | paste -sd,)"
rm bad/package.json
status "no package.json" 1 pm2ctl check bad
says "... is a finding" "cannot be read: No such file"
echo '{ "name": "bad", "version": "1.0.0" }' >bad/package.json
status "no entry point" 1 pm2ctl check bad
says "... is a finding" "no entry point"
echo '{ "name": "bad", "version": "1.0.0", "main": "in", "scripts": { "prepare": "echo prepared >&2" } }' >bad/package.json
status "a script spelled as for require()" 0 pm2ctl check bad
for name in all 0 2024 "$(printf '%0200d' 0 | tr 0 a)"; do
        echo "{ \"name\": \"$name\", \"version\": \"1.0.0\", \"main\": \"in\" }" >bad/package.json
        status "a module cannot be called ${name:0:10}" 1 pm2ctl check --system bad
        is "... which is a finding" "error name" "$(findings --system bad)"
done
status "a user's may have such a long name" 0 pm2ctl check --user bad
for name in all-of-it 0x @a/0; do
        echo "{ \"name\": \"$name\", \"version\": \"1.0.0\", \"main\": \"in\" }" >bad/package.json
        status "but $name" 0 pm2ctl check bad
done
echo '{ "name": "bad", "version": "1.0.0", "main": "in", "scripts": { "prepare": "echo prepared >&2" } }' >bad/package.json
status "no folder" 1 pm2ctl check nowhere

# -- package
status "package" 0 pm2ctl package tool
says "... names the tarball" "Packed: tool-0\.1\.0\.tgz"
is "... holds what it shall" "package/README.md package/index.js package/package.json" "$(tar tzf tool-0.1.0.tgz | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')"
is "... and nothing about who made it and when" "-rw-r--r-- 0/0 1985-10-26" "$(TZ=UTC tar tvzf tool-0.1.0.tgz | awk '{ print $1, $2, $4 }' | sort -u)"
sum=$(sha512sum <tool-0.1.0.tgz)
(umask 077 && cp -r tool again)
cd tool || exit 1
status "again, of a copy that only we can read" 0 pm2ctl package ../again
cd ..
is "... is the same to the byte" "$sum" "$(sha512sum <tool/tool-0.1.0.tgz)"
status "a dry run" 0 pm2ctl package --dry-run other
says "... shows the files" "README.md"
status "... but not with -q" 0 pm2ctl package --dry-run -q other
is "... nothing" "" "$output"
is "... writes nothing" "" "$(ls ./*other*.tgz 2>/dev/null)"
status "its scripts" 0 pm2ctl package bad
says "... run" "^prepared"
status "... but not with --ignore-scripts" 0 pm2ctl package --ignore-scripts bad
[[ $output != *prepared* ]]
result $? "... indeed" "$output"
echo ignore-scripts=true >home/.npmrc
output=$(pm2ctl package bad 2>&1)
[[ $output != *prepared* ]]
result $? "... nor if .npmrc says so" "$output"
if [ "$(id -u)" -eq 0 ]; then
        rm home/.npmrc && chown -R 1 bad
        status "root runs no script of somebody else's folder" 1 pm2ctl package bad
        says "... and says what to do" "run pm2ctl as the owner of .*, or use --ignore-scripts"
        status "... with which it packs" 0 pm2ctl package --ignore-scripts bad
        chown -R 0 bad && chmod 0666 bad/package.json
        status "... nor a script that others may have written" 1 pm2ctl package bad
        chmod 0644 bad/package.json && chmod 0777 bad
        status "... or may write" 1 pm2ctl package bad
        says "... by the folder" "root does not run from a directory that others may write: .* may write to .*/bad"
        chmod 0755 bad
fi

# -- publish
rm -f home/.npmrc
echo 'registry=http://127.0.0.1:9/' >tool/.npmrc
status "publish without credentials" 1 pm2ctl publish tool
says "... is refused in a sentence" "^pm2ctl: Failed to publish 'tool': there are no credentials for http://127.0.0.1:9/ in .npmrc; run 'npm login'$"
echo '//127.0.0.1:9/:_authToken=s3cret' >>tool/.npmrc
echo 'fetch-retries=0' >>tool/.npmrc
status "publish where nobody listens" 1 pm2ctl publish --otp=123456 --tag=next tool
says "... too" "^pm2ctl: Failed to publish 'tool': http://127.0.0.1:9/tool: "
[[ $output != *s3cret* && $output != *123456* ]]
result $? "... without the token" "$output"
for option in tag access otp; do
        status "an empty --$option" 2 pm2ctl publish --dry-run --$option= tool
        one_sentence "... is none" "^pm2ctl: Option '--$option' needs a value: it is empty\\.$"
done
status "--tag goes with publish alone" 2 pm2ctl package --tag=x tool

done_testing
