#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 400
#
# A module from its skeleton to its second version: written, linked and changed, published to a private registry, installed
# from there by pm2ctl, npm and PM2, triggered, updated while it runs, rolled back.
. "${0%/*}/lib.sh"
real_registry || skip_all "$REASON"   # verdaccio and PM2 come from there

# what the machine trusts, for Debian's node
export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt

# verdaccio lasts beyond this machine, since it takes long to fetch; what `make check` has of it will do
for verdaccio in "$TESTS"/../build/{gcc/build/,}verdaccio; do
        [ ! -d "$verdaccio/node_modules/verdaccio" ] || break
done
ok "verdaccio is there" timeout 200 bash -c '. "$1" && verdaccio_get "$2"' - "$TESTS/npm/verdaccio-get.sh" "$verdaccio"
npm install --prefix /root/npm --no-audit --no-fund --ignore-scripts pm2 >/root/npm.log 2>&1 &
fetching=$!

add_user dev 4100
install -d /root/registry
setsid node "$TESTS/npm/verdaccio-server.js" "$verdaccio" /root/registry >/root/registry.out 2>&1 </dev/null &

# -- the loop
ok "generate" as_user dev pm2ctl generate made
made=/home/dev/made
cd "$made" || exit
ok "check" pm2ctl check
ok "install ." pm2ctl install .
said() { unit_journal pm2@made.service | grep -v '^Offers' | tail -n 3; }
ok "... runs" wait_for 20 output_has '^Hello from made, every 10 seconds$' said
is "... as who wrote it" "$(ps -o user= -p "$(systemctl show -P MainPID pm2@made.service)")" dev
recorded() { pm2ctl show made --json=short | json "$1"; }
ok "its actions are known" wait_for 20 output_has '^."greet", "reset".$' recorded "sorted(a['action_name'] for a in d['actions'] if not a['action_name'].startswith('km:'))"
ok "... and its metric" wait_for 20 output_has '^[0-9]+$' recorded "d['monitor']['Ticks']['value']"
is "an action" "$(pm2ctl trigger made greet you)" 'Hello, you!'
ok "a setting" pm2ctl set made:greeting Hi
ok "... is used" wait_for 20 output_has '^Hi from made' said
ok "logs" pm2ctl logs --nostream made
like "... has what it said" "$OUTPUT" 'Hi from made'
is "... as journalctl prints it" "$(pm2ctl logs -q --nostream -o cat -g '^Hi from' -n 1 made)" "$(journalctl -u pm2@made -o cat -g '^Hi from' -n 1)"
is "... from then on" "$(pm2ctl logs --nostream --since=tomorrow made)" "-- No entries --"
like "... until now, all of it" "$(timeout 20 pm2ctl logs -o cat --until=now made | head -n 100 | paste -sd' ')" 'Hello from made.*Hi from made'
exits "... in one format" 2 pm2ctl logs --json -o cat made
install -d -o dev /home/dev/long
as_user dev tee /home/dev/long/package.json <<<'{ "name": "long", "version": "1.0.0", "main": "x.js" }' >/dev/null
as_user dev tee /home/dev/long/x.js <<<'console.log("x".repeat(6000)); setInterval(() => {}, 60000)' >/dev/null
ok "a module with long lines" pm2ctl install /home/dev/long
lengths() { pm2ctl logs -q --nostream --json=short long | python3 -c 'import json, sys; print(max(len(json.loads(line)["MESSAGE"] or "") for line in sys.stdin))'; }
ok "... has them whole in JSON" wait_for 10 output_has '^6000$' lengths
ok "... and goes" pm2ctl uninstall long

# how long from a saved file to the program that runs: said, not judged, since this machine may be busy
for i in 1 2 3; do
        before=$(systemctl show -P MainPID pm2@made.service)
        as_user dev sed -i "\$s/.*/console.log('change $i', Date.now());/" "$made/index.js"
        saved=$(stat -c %.3Y "$made/index.js")
        ok "change $i runs" wait_for 20 output_has "^change $i " said
        ran=$(said | sed -n "s/^change $i //p" | tail -n 1)
        echo "# $(python3 -c "print(round($ran - float('$saved') * 1000))") ms from the saved file to the program"
        [ "$before" != "$(systemctl show -P MainPID pm2@made.service)" ]
        is "... in a process of its own" $? 0
done
ok "uninstall ." pm2ctl uninstall .
ok "... leaves the folder alone" test -f index.js
fails "... and nothing that runs" systemctl is-active -q pm2@made.service

# -- published
wait_for 60 grep -q '^http' /root/registry.out
read -r url token </root/registry.out
is "a registry is there" "${url%%:*}" http
as_user dev tee "$made/.npmrc" >/dev/null <<<"registry=$url
//${url#http://}:_authToken=$token"
as_user dev sed -i "\$s/.*/console.log('the first version');/" "$made/index.js"
publish() { as_user dev pm2ctl publish "$@" "$made"; }
ok "publish --dry-run -q" publish --dry-run -q
like "... says where it would go, which is all it is for" "$OUTPUT" "Would publish .* at http.* as 'latest'"
is "... and no more" "$(grep -c . <<<"$OUTPUT")" 1
ok "publish --dry-run" publish --dry-run
fails "... publishes nothing" npm view --registry "$url" made version
ok "publish" publish
like "... says what went where" "$OUTPUT" "^pm2ctl: Published made@0\.1\.0 at $url as 'latest'\.$"
is "... and there it is" "$(npm view --registry "$url" made version)" 0.1.0
exits "a second time" 1 publish
like "... is refused in one sentence" "$OUTPUT" "^pm2ctl: Failed to publish '$made': made@0\.1\.0 is already published at .*raise 'version' in package.json$"
unlike "... that does not tell the token" "$OUTPUT" "$token"

# -- installed by all three
use_registry "$url"
ok "pm2ctl installs it" pm2ctl install made
ok "... and it runs" wait_for 20 output_has '^the first version$' unit_journal pm2@made.service
is "... as it is set" "$(pm2ctl trigger made greet you)" 'Hi, you!'
is "... without what belongs to no package" "$(cd /var/lib/pm2ctl/modules/made/current/node_modules/made && echo *)" "README.md index.js package.json"
ok "npm installs it" npm install --prefix /root/try --no-audit --no-fund made
is "... the same" "$(cat /root/try/node_modules/made/index.js)" "$(cat /var/lib/pm2ctl/modules/made/current/node_modules/made/index.js)"
ok "PM2 is fetched" wait "$fetching"
pm2() { PM2_HOME=/root/pm2 PATH=/root/npm/node_modules/.bin:$PATH command pm2 "$@"; }
ok "PM2 installs it" pm2 install made
online() { pm2 jlist | tail -n 1 | json "[p['pm2_env']['status'] for p in d if p['name'] == 'made']"; }
ok "... and it runs" wait_for 30 output_has '^."online".$' online
ok "PM2 sets" pm2 set made:greeting Servus
greeted() { timeout 20 env PM2_HOME=/root/pm2 /root/npm/node_modules/.bin/pm2 trigger made greet you; }
ok "... and triggers it" wait_for 60 output_has 'Servus, you!' greeted
pm2 kill >/dev/null 2>&1

# -- a second version, while the first runs
as_user dev sed -i 's/"version": "0.1.0"/"version": "0.2.0"/' "$made/package.json"
as_user dev sed -i "\$s/.*/console.log('the second version');/" "$made/index.js"
ok "the second version is published" publish
exits "outdated" 1 pm2ctl outdated made
like "... knows it" "$OUTPUT" '0\.1\.0 .*0\.2\.0'
pid=$(systemctl show -P MainPID pm2@made.service)
ok "the first version runs" systemctl is-active -q pm2@made.service
ok "update" pm2ctl update made
ok "... runs the second" wait_for 20 output_has '^the second version$' unit_journal pm2@made.service
version() { pm2ctl list --json=short | json "d[0]['version']"; }
is "... which is listed" "$(version)" 0.2.0
[ "$pid" != "$(systemctl show -P MainPID pm2@made.service)" ]
is "... in a process of its own" $? 0
is "... with its settings" "$(pm2ctl trigger made greet you)" 'Hi, you!'
ok "rollback" pm2ctl rollback made
is "... lists the first" "$(version)" 0.1.0
last() { unit_journal pm2@made.service | grep 'version$' | tail -n 1; }
ok "... which runs" wait_for 20 output_has '^the first version$' last
is "... and answers" "$(pm2ctl trigger made greet you)" 'Hi, you!'
ok "uninstall" pm2ctl uninstall made
done_testing
