#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A module with several units: two apps, one of them in several instances. Every verb means all of them.
. "${0%/*}/lib.sh"

packages=$(mktemp -d)
release() { # NAME VERSION APP...
        local name=$1 version=$2; shift 2
        mkdir -p "$packages/$name/$version"
        cat >"$packages/$name/$version/index.js" <<'END'
const me = process.argv[2] + process.env.NODE_APP_INSTANCE
process.send({ type: 'axm:option:configuration', data: { me } })
process.send({ type: 'axm:monitor', data: { beat: { value: me } } })
console.log(`I am ${me} of ${process.env.instances}, ${process.env.greeting}`)
require('fs').writeFileSync(`${process.env.HOME}/${me}`, 'x')
setInterval(() => {}, 60000)
END
        printf '{ "name": "%s", "version": "%s", "config": { "greeting": "hello" }, "apps": [ %s ] }\n' \
                "$name" "$version" "$(IFS=,; echo "$*")" >"$packages/$name/$version/package.json"
}
web='{ "name": "web", "script": "index.js", "args": "web" }'
release many 1.0.0 "$web" '{ "name": "worker", "script": "index.js", "args": "worker", "instances": 3 }'
release many 2.0.0 "$web" '{ "name": "other", "script": "index.js", "args": "other" }'
release many-more 1.0.0 "$web" # its unit sorts between those of many
release max 1.0.0 '{ "script": "index.js", "args": "m", "instances": "max" }'
ok "a registry serves the test's packages" serve_packages "$packages"
use_registry "$SERVED"

# json_lines EXPRESSION: over `all`, the documents on stdin
json_lines() {
        python3 -c '
import json, sys
all = [json.loads(line) for line in sys.stdin]
print(eval("(" + sys.argv[1] + ")"))' "$1"
}

first=pm2@many.service
units=("$first" pm2@many@worker.service pm2@many@worker@1.service pm2@many@worker@2.service)
count_active() { systemctl is-active "$@" | grep -c '^active$' || :; }
pids() { for unit in "${units[@]}"; do systemctl show -P MainPID "$unit"; done; }
show() { pm2ctl show many --json=short | json "$1"; }

ok "install" pm2ctl install many@1.0.0 many-more
like "... names all units" "$OUTPUT" "runs as $first, ${units[1]}, ${units[2]}, ${units[3]}\\."
is "... which run" "$(count_active "${units[@]}")" 4
for k in 0 1 2; do
        unit=pm2@many@worker@$k.service
        [ "$k" != 0 ] || unit=${units[1]}
        ok "instance $k knows its number" wait_for 10 output_has "^I am worker$k of 3, hello\$" unit_journal "$unit"
done
is "they share a user and its data" "$(ls /var/lib/pm2ctl-data/many)" "$(printf '%s\n' web0 worker0 worker1 worker2)"
is "... but no runtime folder" "$(ls -d /run/pm2ctl/many*)" \
        "$(printf '/run/pm2ctl/%s\n' many many-more many@worker many@worker@1 many@worker@2)"
is "in the journal each has a name of its own" "$(journalctl --sync; journalctl -o json PM2_MODULE=many | grep '"MESSAGE":"I am' |
        json_lines 'sorted(d["SYSLOG_IDENTIFIER"] for d in all)')" "['many', 'many@worker', 'many@worker@1', 'many@worker@2']"

# -- looking -----------------------------------------------------------------------------------------------------------
list=$(pm2ctl list --json=short)
is "list has a row for each" "$(json '[(r["unit"], r["app"], r["instance"], r["active"]) for r in d if r["name"] == "many"]' <<<"$list")" \
        "[[\"$first\", \"web\", 0, \"active\"], [\"${units[1]}\", \"worker\", 0, \"active\"], [\"${units[2]}\", \"worker\", 1, \"active\"], [\"${units[3]}\", \"worker\", 2, \"active\"]]"
like "... as text too" "$(pm2ctl list)" '^ *[0-9]+ +many +worker +2 +1\.0\.0 +active'
is "... show too" "$(show '[a["app"] for a in d["apps"]], d["app"]')" '[["web", "worker", "worker", "worker"], "web"]'
is "... an only unit has no app" "$(pm2ctl list --json=short | json '[r["app"] for r in d if r["name"] == "many-more"]')" '[null]'
unlike "nothing is said of the start at boot" "$(pm2ctl list)" 'ENABLED'
ok "... until one is disabled" pm2ctl disable many-more
like "... which has a mark" "$(pm2ctl list)" ' many-more .* no '
like "... that others have not" "$(pm2ctl list)" ' many .* yes '
ok "enable" pm2ctl enable many-more
is "on 60 columns a table is no wider" "$(TERM=dumb script -qec 'stty cols 60; pm2ctl list' /dev/null | LC_ALL=C.UTF-8 awk 'length > 61' | wc -l)" 0
ok "every unit has a record of its own" wait_for 10 output_has '\["web0", "worker0", "worker1", "worker2"\]' \
        show '[a["options"]["me"] for a in d["apps"]]'
is "... and metrics" "$(show '[a["monitor"]["beat"]["value"] for a in d["apps"]]')" '["web0", "worker0", "worker1", "worker2"]'
is "... the first one's stand for the module" "$(show 'd["options"]["me"], d["monitor"]["beat"]["value"]')" '["web0", "web0"]'
like "show has a part for each" "$(pm2ctl show many)" 'Unit: pm2@many@worker@2\.service'
is "jlist has an entry for each" "$(pm2ctl jlist | json '" ".join(e["pm2_env"]["systemd_unit"] for e in d if e["name"] == "many" and e["pid"])')" "${units[*]}"
for unit in "${units[@]}"; do
        like "status shows $unit" "$(pm2ctl status many --no-pager)" "$unit"
        like "logs show $unit" "$(pm2ctl logs many --nostream --lines=100)" "${unit:4:-8}\\[[0-9]+\\]: I am"
done
for verb in 'status --no-pager' 'logs --nostream --lines=100'; do
        # shellcheck disable=SC2086 # words
        exits "${verb%% *} of one that is unknown" 4 pm2ctl $verb nope many
        like "... complains" "$OUTPUT" "^pm2ctl: No module 'nope'"
        like "... and shows the other" "$OUTPUT" "many@worker"
done
like "env shows the unit that is named" "$(pm2ctl env pm2@many@worker@2.service)" '^NODE_APP_INSTANCE=2$'
like "... as systemctl takes it" "$(pm2ctl env pm2@many@worker@2)" '^NODE_APP_INSTANCE=2$'
like "... or the first" "$(pm2ctl env many)" '^NODE_APP_INSTANCE=0$'

# -- running -----------------------------------------------------------------------------------------------------------
before=$(pids) bystander=$(systemctl show -P MainPID pm2@many-more.service)
ok "set" pm2ctl set many:greeting bye
is "... restarts all" "$(comm -12 <(sort <<<"$before") <(pids | sort))" ""
ok "... with what was set" wait_for 10 output_has '^I am worker2 of 3, bye$' unit_journal "${units[3]}"
before=$(pids)
is "restart, with one that is unknown" \
        "$(pm2ctl restart --json=short nope many 2>/dev/null | json '[[m["name"], m["result"], bool(m["error"])] for m in d]')" \
        '[["nope", "failed", true], ["many", "restarted", false]]'
is "... restarts all" "$(comm -12 <(sort <<<"$before") <(pids | sort))" ""
systemctl stop "${units[2]}"
test -d /run/pm2ctl/many@worker@2
is "what one leaves is its own" $? 0
exits "status of one of which a unit is stopped" 3 pm2ctl status many
like "... says so" "$OUTPUT" "^pm2ctl: ${units[2]} is stopped; 'pm2ctl start many' starts it"
is "... and shows the others" "$(grep -c ' Active: active' <<<"$OUTPUT")" 3
before=$(pids)
exits "start, with one that is unknown" 4 pm2ctl start nope pm2@many@worker
is "... starts what is missing" "$(count_active "${units[@]}")" 4
is "... and that alone" "$(comm -12 <(sort <<<"$before") <(pids | sort) | wc -l)" 3
ok "... which list knew" pm2ctl start many
like "... and now says so" "$OUTPUT" 'many is running already'
is "... as JSON too" "$(pm2ctl start --json=short many | json 'd[0]["result"]')" running
systemctl kill -s KILL "${units[@]}"
ok "killed, they come back" wait_for 20 output_has '^4$' count_active "${units[@]}"
exits "stop, with one that is unknown" 4 pm2ctl stop nope pm2@many
is "... stops all" "$(count_active "${units[@]}")" 0
is "... which list still knows" "$(pm2ctl list --json=short | json '[r["active"] for r in d if r["name"] == "many"]')" \
        '["inactive", "inactive", "inactive", "inactive"]'
is "... and nobody else" "$(systemctl show -P MainPID pm2@many-more.service)" "$bystander"
exits "... status too" 3 pm2ctl status many
is "... in a sentence" "$OUTPUT" "pm2ctl: many is stopped; 'pm2ctl start many' starts it."
exits "... which another one does not change" 3 pm2ctl status many many-more
like "... that is shown" "$OUTPUT" ' Active: active'
unlike "... by systemctl, which was not asked for the first" "$OUTPUT" 'could not be found'
ok "start --all forgets none" pm2ctl start --all
is "... they run" "$(count_active "${units[@]}")" 4

# -- another version, other apps -----------------------------------------------------------------------------------------
ok "an update with other apps" pm2ctl install many@2.0.0
is "... runs those" "$(systemctl list-units --plain --no-legend --state=active 'pm2@many[.@]*' | cut -d' ' -f1)" \
        "$(printf '%s\n' pm2@many.service pm2@many@other.service)"

mv /var/lib/pm2ctl/modules/many/current/node_modules/many/package.json /srv/
is "one whose package cannot be read" "$(pm2ctl show many --json=short 2>/dev/null | json '[a["unit"] for a in d["apps"]]')" \
        '["pm2@many.service", "pm2@many@other.service"]'
mv /srv/package.json /var/lib/pm2ctl/modules/many/current/node_modules/many/

ok "max" pm2ctl install max
is "... is one for each processor" "$(pm2ctl list --json=short | json 'len([r for r in d if r["name"] == "max" and r["active"] == "active"])')" "$(nproc)"

ok "uninstall all" pm2ctl uninstall --all
is "... leaves no unit" "$(systemctl list-units --all --plain --no-legend 'pm2@*' | cut -d' ' -f1)" ""
is "... no folder" "$(ls /run/pm2ctl /var/lib/pm2ctl-data /var/lib/pm2ctl/modules)" \
        "$(printf '%s\n' '/run/pm2ctl:' '' '/var/lib/pm2ctl-data:' '' '/var/lib/pm2ctl/modules:')"
ok "... and no record" wait_for 5 test -z "$(find /var/lib/pm2ctl/axm -name 'm*.json')"
done_testing
