#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Install, update and uninstall: every form a package may come in, and every way in which it may be refused.
. "${0%/*}/lib.sh"
use_local_registry

state() { # all that an install may change
        find /var/lib/pm2ctl/modules -printf '%P %y %m %u %l\n' 2>/dev/null | sort
        systemctl list-units --all --plain --no-legend 'pm2@*' | awk '{ print $1, $3 }'
}

# refused DESCRIPTION REGEX PACKAGE...: $status, else 1, one sentence that matches, nothing changed, nothing left behind
refused() {
        local description=$1 regex=$2 before sentence; shift 2
        before=$(state)
        exits "$description" "${status:-1}" pm2ctl -q install "$@"
        sentence=$OUTPUT
        like "... in a sentence that says why" "$sentence" "$regex"
        is "... and only one" "$(grep -c . <<<"$sentence")" 1
        is "... and nothing has changed" "$(state)" "$before"
        is "... and staging is empty" "$(ls -A /var/lib/pm2ctl/staging /var/lib/private/pm2ctl/staging 2>/dev/null | grep -v ':$')" ""
}

pid_of() { systemctl show -P MainPID "pm2@$1.service"; }
version_of() { pm2ctl list --json=short | json "next(m['version'] for m in d if m['name'] == '$1')"; }

# -- the ways in
ok "a name" pm2ctl install hello
is "... gives the version that is tagged latest" "$(version_of hello)" 1.1.0
ok "... which runs" systemctl is-active -q pm2@hello.service
is "... with node as its main process" "$(cat "/proc/$(pid_of hello)/comm")" node
is "... in the slice of all modules" "$(systemctl show -P Slice pm2@hello.service)" pm2.slice
ok "a version" pm2ctl install hello@1.0.0
is "... is that version" "$(version_of hello)" 1.0.0
ok "a tag" pm2ctl install hello@latest
is "... is what the tag says" "$(version_of hello)" 1.1.0
ok "a scope" pm2ctl install @acme/tool
ok "... has a unit of its own" systemctl is-active -q pm2@acme:tool.service
ok "dependencies, one of them in two versions" pm2ctl install with-deps
ok "... are found by the module" wait_for 10 output_has 'dep' unit_journal pm2@with-deps.service
ok "install scripts" pm2ctl install with-scripts
tarball=$(cd /root && npm pack --silent hello@1.0.0)
ok "a tarball" pm2ctl install "/root/$tarball"
is "... is what is in it" "$(version_of hello)" 1.0.0
is "numbers are given once each" "$(pm2ctl list --json=short | json "sorted(m['pm_id'] for m in d)")" "[0, 1, 2, 3]"

# -- who owns what
is "everything installed belongs to root" "$(find /var/lib/pm2ctl/modules ! -user root)" ""
is "... and nobody else may write to it" "$(find /var/lib/pm2ctl/modules ! -type l -perm /022)" ""
like "a module runs as a user of its own" "$(ps -o user= -p "$(pid_of hello)")" '^pm2-hello'
useradd -r worker
ok "--uid gives it another" pm2ctl install --uid=worker hello
is "... which it runs as" "$(ps -o user= -p "$(pid_of hello)")" worker
ok "... and keeps at an update" pm2ctl install hello@1.0.0
is "... indeed" "$(ps -o user= -p "$(pid_of hello)")" worker

# -- what is refused
refused "no such package" "no such package" no-such-package
refused "no such version" "no version of hello" hello@99.0.0
status=2 refused "no such user" "no user 'nobody-here'" --uid=nobody-here hello
status=2 refused "no user at all" "'--uid' needs a value" --uid= hello
status=2 refused "no such group" "no group 'nobody-here'" --uid=worker --gid=nobody-here hello
status=2 refused "a group alone" "--gid goes with --uid" --gid=root hello
for name in .. a/b/c 'a b' '@acme' '@acme/..' "$(printf '%0300d' 0)"; do
        refused "the name '${name:0:10}'" "name|package.json|300|directory|root" "$name"
done
exits "the name '-x'" 2 pm2ctl install -x
exits "... also behind --, where arguments are" 2 pm2ctl install -- -x
refused "a script outside the package" "apps\[0\].script" evil-outside
refused "a script with control characters" "apps\[0\].script" evil-script
refused "a folder outside the package" "apps\[0\].cwd" evil-cwd-outside
refused "an interpreter that is not installed" "interpreter" evil-interpreter
mkdir -p /srv/bad && cd /srv/bad || exit
chown worker /srv/bad
bad() { # DESCRIPTION REGEX PACKAGE.JSON
        printf '%s' "$3" >package.json
        refused "$1" "$2" .
}
rm -f package.json
refused "no package.json" "/srv/bad/package.json" .
bad "package.json that is no JSON" "/srv/bad/package.json.*JSON" 'hello'
bad "package.json that is an array" "must be a JSON object" '[]'
bad "package.json without a name" "'name' is missing" '{"main":"x.js"}'
bad "package.json without an entry point" "no entry point" '{"name":"bad"}'
bad "a script that is not there" "'x.js' is not in the package" '{"name":"bad","main":"x.js"}'
bad "two kinds of wrong" "apps\[0\].max_restarts" '{"name":"bad","apps":[{"script":"x","max_restarts":"many"}]}'
echo >x.js
bad "a name that is a number" "field 'name'.*choose another name" '{"name":"0","main":"x.js"}'
bad "a name too long for a unit" "field 'name'.*longer than the 199 bytes.*shorten it" \
        "{\"name\":\"$(printf '%0200d' 0 | tr 0 a)\",\"main\":\"x.js\"}"
rm x.js
ln -s /etc/passwd link.js
bad "a script that is a link out of the package" "leads out of the package" '{"name":"bad","main":"link.js"}'
cd / || exit
echo "registry=http://127.0.0.1:9/" >>/root/.npmrc
refused "a registry that cannot be reached" "cannot be reached" hello
use_local_registry
mkdir /root/project && cd /root/project || exit
echo "registry=http://127.0.0.1:9/" >.npmrc
refused "... of which the folder's .npmrc speaks" "cannot be reached" hello
chown nobody .npmrc
ok "... unless it is another user's" pm2ctl install hello
like "... which is said" "$OUTPUT" '\./\.npmrc is ignored'
cd / || exit

# -- arguments
words_of() { tr '\0' '|' <"/proc/$(pid_of hello)/cmdline" | sed 's/.*index.js|//'; }
ok "arguments" pm2ctl install hello@1.0.0 -- -p 8099 'two words' --user=é
is "... reach the module" "$(words_of)" '-p|8099|two words|--user=é|'
like "... and show" "$(pm2ctl show hello)" '^ *Arguments: \["-p","8099","two words","--user=é"\]$'
is "... and jlist" "$(pm2ctl jlist | json "[m['pm2_env']['args'] for m in d if m['name'] == 'hello']")" '[["-p", "8099", "two words", "--user=\u00e9"]]'
ok "the same package once more" pm2ctl install --json=short hello@1.0.0
like "... keeps them" "$OUTPUT" '"result":"unchanged"'
ok "another version" pm2ctl install hello@1.1.0
is "... too" "$(words_of)" '-p|8099|two words|--user=é|'
ok "others" pm2ctl install hello@1.1.0 -- x
is "... replace them" "$(words_of)" 'x|'
ok "rollback" pm2ctl rollback hello
is "... has its own" "$(words_of)" '-p|8099|two words|--user=é|'
ok "none" pm2ctl install hello@1.1.0 --
is "... are none" "$(words_of)" ''
exits "arguments for two packages" 2 pm2ctl install hello with-deps -- x
ok "of a linked directory" pm2ctl install --uid=worker "$(d=/srv/arguing; mkdir -p $d && echo '{"name":"arguing","version":"1.0.0","main":"x.js"}' >$d/package.json && echo 'setInterval(() => {}, 60000)' >$d/x.js && chown -R worker $d && echo $d)" -- a b
is "... too" "$(tr '\0' '|' <"/proc/$(pid_of arguing)/cmdline" | sed 's/.*x.js|//')" 'a|b|'
ok "uninstall it" pm2ctl uninstall arguing

# -- the same once more
ok "a version before" pm2ctl install hello@1.0.0
ok "the module to be installed again" pm2ctl install hello@1.1.0
at() { echo "$(pid_of hello) $(readlink /var/lib/pm2ctl/modules/hello/current)"; }
before=$(at)
ok "what is installed is installed again" pm2ctl install --json=short hello@1.1.0
like "... which changes nothing" "$OUTPUT" '"result":"unchanged".*"changed":false'
is "... and restarts nothing" "$(at)" "$before"
ok "by another specification too" pm2ctl install hello
is "... nor here" "$(at)" "$before"
is "... which updates go by" "$(pm2ctl show --json=short hello | json "(d[0] if isinstance(d, list) else d)['spec']")" hello
useradd -r another
ok "another user changes it" pm2ctl install --uid=another hello
unlike "... indeed" "$(at)" "^$before$"
ok "rollback" pm2ctl rollback hello
ok "rollback from there" pm2ctl install hello@1.0.0
for i in 1 2; do pm2ctl -q install hello@1.0.0; done
ok "the previous release is kept" pm2ctl rollback hello
is "... which is the one before" "$(version_of hello)" 1.1.0
before=$(at)
rm "$(readlink -f /var/lib/pm2ctl/modules/hello/current)/node_modules/hello/package.json"
ok "a file that is missing" pm2ctl install hello@1.1.0
unlike "... is installed anew" "$(at)" "${before#* }"
before=$(at)
ok "--force" pm2ctl install --force hello@1.1.0
unlike "... makes a new release" "$(at)" "${before#* }"
pm2ctl -q stop hello
ok "what is stopped" pm2ctl install --json=short hello@1.1.0
like "... is started, and unchanged" "$OUTPUT" '"result":"unchanged".*"changed":true'
ok "... and runs" systemctl is-active -q pm2@hello.service

# -- a module that does not stay up
exits "a module that ends at once is reported" 1 pm2ctl install --json=short dies
like "... in JSON with the reason" "$OUTPUT" '^\{"name":"dies",.*"result":"failed",.*"error":"it '
like "... with its last words" "$OUTPUT" 'dies'
like "... and stays installed" "$(pm2ctl list)" ' dies '
ok "a first version that works" pm2ctl install flaky@1.0.0
before=$(readlink /var/lib/pm2ctl/modules/flaky/current)
exits "an update that does not stay up is reported" 1 pm2ctl install flaky@2.0.0
is "... and taken back" "$(version_of flaky)" 1.0.0
is "... to the very release" "$(readlink /var/lib/pm2ctl/modules/flaky/current)" "$before"
ok "... which runs" systemctl is-active -q pm2@flaky.service
is "... with no other left" "$(ls /var/lib/pm2ctl/modules/flaky/releases)" "${before#releases/}"

# -- state that cannot be read
echo '{' >/var/lib/pm2ctl/modules/flaky/current/module.json
exits "a damaged note is an error" 1 pm2ctl update flaky
like "... that names the file and the remedy" "$OUTPUT" "flaky.*module.json.*run 'pm2ctl install flaky'"
exits "... for list too" 1 pm2ctl list
like "... which shows the others" "$OUTPUT" ' hello '
mkdir /root/others && mv $(find /var/lib/pm2ctl/modules -mindepth 1 -maxdepth 1 ! -name flaky) /root/others
unlike "... and does not say that there is none" "$(pm2ctl list 2>&1)" 'No modules'
mv /root/others/* /var/lib/pm2ctl/modules/
ok "install replaces it" pm2ctl install flaky@1.0.0
like "... with a warning" "$OUTPUT" "The release of 'flaky' is damaged"
ok "... and it runs" systemctl is-active -q pm2@flaky.service
is "... with no damaged one kept" "$(ls /var/lib/pm2ctl/modules/flaky/releases | wc -l)" 1
rm -r /var/lib/pm2ctl/modules/flaky/releases/*
ok "... also where all of it is gone" pm2ctl install flaky@1.0.0
ok "... and it runs" systemctl is-active -q pm2@flaky.service
echo '{' >/var/lib/pm2ctl/modules/flaky/current/module.json
ok "a module whose note is damaged can be uninstalled" pm2ctl uninstall flaky

# -- and out again
exits "what is not installed cannot be uninstalled" 4 pm2ctl uninstall helo
like "... but maybe something else was meant" "$OUTPUT" "did you mean 'hello'"
touch "$(readlink -f /var/lib/pm2ctl-data/with-deps)/file"
ok "uninstall" pm2ctl uninstall with-deps
fails "... stops the unit" systemctl is-active -q pm2@with-deps.service
is "... and leaves nothing" "$(find /var/lib /run/pm2ctl -path '*with-deps*')" ""
is "uninstall all" "$(pm2ctl uninstall all --json=short | json 'len(d) > 3 and {m["result"] for m in d} == {"uninstalled"}')" true
is "... leaves none" "$(pm2ctl list --json=short)" "[]"
is "... and no unit" "$(systemctl list-units --all --plain --no-legend 'pm2@*')" ""

# -- a registry that signs: what the fetch unit finds out, root remembers
echo '{}' >/root/signed.json
setsid node "$TESTS/signed-registry.js" --packages "$TESTS/packages" --state /root/signed.json --ids /root/ids.json \
        >/root/signed.url 2>&1 </dev/null &
ok "a registry that signs" wait_for 20 grep -q '^http' /root/signed.url
use_registry "$(cat /root/signed.url)"
key=$(json "d['a']" </root/ids.json)
ok "a signed package" pm2ctl install hello@1.0.0
is "... whose key is noted" "$(pm2ctl show --json=short hello | json "(d[0] if isinstance(d, list) else d)['signed_by']")" "$key"
is "... and remembered, by root" "$(stat -c '%U %a' /var/lib/pm2ctl/registry-keys.json)" "root 644"
echo '{"over":{"hello@1.1.0":"hello@1.1.0:sha512-AAAA"}}' >/root/signed.json
pm2ctl cache clean >/dev/null 2>&1
refused "a wrong signature" "hello@1.1.0: its signature with the key .* is wrong" hello@1.1.0
echo '{"sign":{"*":[]},"status":404}' >/root/signed.json
pm2ctl cache clean >/dev/null 2>&1
refused "a signature that is gone" "hello@1.0.0: it had a valid signature" hello@1.0.0
mkdir -p /etc/pm2ctl
printf '[install]\nsignatures = required\n' >/etc/pm2ctl/pm2ctl.ini
refused "no signature, with signatures = required" "hello@1.1.0: the registry has no signature" hello@1.1.0
rm /etc/pm2ctl/pm2ctl.ini
ok "... which is taken without" pm2ctl install hello@1.1.0
ok "uninstall all of it" pm2ctl uninstall all
use_local_registry

# -- a state folder on a file system of its own; systemd keeps what is being put together in /var/lib/private
mount -t tmpfs -o size=16M none /var/lib/pm2ctl
ok "install, of what came from another file system" pm2ctl install with-deps with-scripts hello@1.0.0
ok "... runs" systemctl is-active -q pm2@with-deps.service pm2@with-scripts.service pm2@hello.service
is "... belongs to root" "$(find /var/lib/pm2ctl/modules ! -user root)" ""
is "... and nobody else may write to it" "$(find /var/lib/pm2ctl/modules ! -type l -perm /022)" ""
is "... with its commands" "$(find /var/lib/pm2ctl/modules -path '*/.bin/*' ! -type l)" ""
ok "an update there" pm2ctl install hello@1.1.0
is "... comes to be" "$(version_of hello)" 1.1.0
dd if=/dev/zero of=/var/lib/pm2ctl/filler bs=4k status=none 2>/dev/null
truncate -s -8192 /var/lib/pm2ctl/filler
refused "an update without room for it" "No space left" hello@1.0.0
rm /var/lib/pm2ctl/filler
ok "uninstall there" pm2ctl uninstall all
is "... leaves nothing" "$(find /var/lib/pm2ctl/modules /var/lib/pm2ctl/staging /var/lib/private/pm2ctl/staging -mindepth 1)" ""
done_testing
