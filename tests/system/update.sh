#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# update, outdated, rollback, --safe and Ctrl-C: whatever fails, the version that ran before runs, is listed, and is
# started at boot.
. "${0%/*}/lib.sh"

packages=/srv/packages
forever='setInterval(() => {}, 60000);'
publish() { # NAME VERSION [MORE-JSON [CODE]]: a version of a package, index.js with this code
        mkdir -p "$packages/$1/$2"
        printf '{"name":"%s","version":"%s","main":"index.js"%s}\n' "$1" "$2" "${3:-}" >"$packages/$1/$2/package.json"
        printf '%s\n' "${4:-$forever}" >"$packages/$1/$2/index.js"
}
unpublish() { rm -r "${packages:?}/$1/$2"; }

version_of() { pm2ctl list --json=short | json "next(m['version'] for m in d if m['name'] == '$1')"; }
pid_of() { systemctl show -P MainPID "pm2@$1.service"; }
running_version() { json "d['version']" <"/proc/$(pid_of "$1")/cwd/package.json"; }
release_of() { readlink "/var/lib/pm2ctl/modules/$1/current"; }
leftovers() { # of installs: staging folders, units, and their processes
        find /var/lib/pm2ctl/staging /var/lib/private/pm2ctl/staging -mindepth 1 2>/dev/null
        systemctl list-units --all --plain --no-legend 'pm2-fetch@*' 'pm2-scripts@*' 'pm2-versions@*'
        pgrep -a pm2-fetch
}

# unharmed NAME VERSION PID: the module is as it was
unharmed() {
        is "... and it runs on" "$(running_version "$1")" "$2"
        [ -z "${3:-}" ] || is "... without ever having stopped" "$(pid_of "$1")" "$3"
        is "... is listed as that" "$(version_of "$1")" "$2"
        is "... would be started at boot" "$(pm2ctl list --json=short | json "next(m['enabled'] for m in d if m['name'] == '$1')")" true
        is "... and nothing is left behind" "$(leftovers; ls "/var/lib/pm2ctl/modules/$1/releases")" "$(basename "$(release_of "$1")")"
}

first_boot() {
        mkdir -p "$packages"
        publish app 1.0.0 ',"config":{"greeting":"none"}' 'setInterval(() => console.log("greeting " + process.env.greeting), 100);'
        serve_packages "$packages" && use_registry "$SERVED"

        # -- an update, and what it keeps
        ok "a module is installed" pm2ctl install 'app@>=1'
        ok "... and set up" pm2ctl -q set app:greeting hello
        publish app 1.1.0 ',"config":{"greeting":"none"}' 'setInterval(() => console.log("greeting " + process.env.greeting), 100);'
        exits "a newer version makes it outdated" 1 pm2ctl outdated
        is "... leaving the downloads to the user of installs" "$(find /var/cache/private/pm2ctl -printf '%U\n' | sort -u | wc -l)" 1
        owner=$(stat -c %u /var/cache/private/pm2ctl)
        like "... as the table says" "$OUTPUT" '^app +1\.0\.0 +1\.1\.0 +1\.1\.0 +app@>=1$'
        ok "update" pm2ctl update
        like "... says how much and how fast" "$OUTPUT" '^pm2ctl: added 1 package in [0-9]+\.[0-9] s$'
        is "... runs the new version" "$(running_version app)" 1.1.0
        is "... the downloads are still the same user's" "$(stat -c %u /var/cache/private/pm2ctl)" "$owner"
        ok "... with the settings" wait_for 10 output_has '^greeting hello$' unit_journal pm2@app.service
        ok "... of which show knows the hash" output_has 'integrity = sha512-' pm2ctl show app
        pid=$(pid_of app)
        ok "update without anything new" pm2ctl update app
        is "... leaves it alone" "$(pid_of app)" "$pid"

        # -- every step at which an update may fail
        rm -r /var/lib/pm2ctl/modules/app/releases/1.0.0-1 # the only other one
        publish app 2.0.0 ',"dependencies":{"gone":"1"}'
        exits "a dependency that nobody has" 1 pm2ctl update app
        like "... is named" "$OUTPUT" "Failed to update 'app': .*gone"
        unharmed app 1.1.0 "$pid"
        publish gone 1.0.0 ',"scripts":{"install":"echo last words; exit 7"}'
        exits "an install script of a dependency that fails" 1 pm2ctl update app
        like "... is named" "$OUTPUT" 'gone: the install script failed: it exited with status 7'
        like "... and quoted" "$OUTPUT" 'last words'
        unharmed app 1.1.0 "$pid"
        publish app 2.0.1 ',"apps":[{"script":"elsewhere.js"}]'
        exits "a version without what it wants to run" 1 pm2ctl update app
        like "... is refused" "$OUTPUT" "'elsewhere.js' is not in the package"
        unharmed app 1.1.0 "$pid"
        publish app 2.0.2 ',"apps":{"script":"index.js","autorestart":false}' 'console.error("no good"); process.exit(1);'
        exits "a version that ends at once" 1 pm2ctl update --json=short app
        like "... has the reason in JSON" "$OUTPUT" '^\{"name":"app","version":"2\.0\.2","result":"failed",.*"error":"it exited with status 1"'
        like "... is shown with its last words" "$OUTPUT" 'no good'
        like "... and taken back" "$OUTPUT" 'release 1.1.0-2 runs again; nothing has changed'
        unharmed app 1.1.0
        pid=$(pid_of app)
        use_registry http://127.0.0.1:9/
        exits "a registry that cannot be reached" 1 pm2ctl update app
        unharmed app 1.1.0 "$pid"
        use_registry "$SERVED"
        mkdir -p /tmp/app/node_modules/app && echo 'require("fs").writeFileSync("/tmp/planted", "")' >/tmp/app/node_modules/app/index.js
        publish app 2.0.3 ',"dependencies":{"gone":"9"}'
        exits "a failure with a tree in /tmp, which PM2 would run" 1 pm2ctl update app
        fails "... does not run it" test -e /tmp/planted
        unharmed app 1.1.0 "$pid"

        publish app 2.0.4
        for file in modules/app.ini settings.ini; do
                touch "/etc/pm2ctl/$file" && cp -p "/etc/pm2ctl/$file" kept
                echo nonsense >>"/etc/pm2ctl/$file"
                exits "damaged settings" 1 pm2ctl update app
                like "... are named" "$OUTPUT" "Failed to update 'app': /etc/pm2ctl/$file.* line "
                unharmed app 1.1.0 "$pid"
                cp -p kept "/etc/pm2ctl/$file"
        done
        echo nonsense >/etc/pm2ctl/settings.ini
        exits "... keep one from being installed too" 1 pm2ctl install gone@1.0.0 --ignore-scripts
        like "... which is said" "$OUTPUT" "Failed to install 'gone': /etc/pm2ctl/settings.ini.* line "
        is "... and is not" "$(ls /var/lib/pm2ctl/modules)" app
        rm /etc/pm2ctl/settings.ini
        unpublish app 2.0.4

        # -- watched for longer
        publish app 2.1.0 ',"apps":{"script":"index.js","autorestart":false}' \
                'require("fs").existsSync(process.env.HOME + "/die") ? setTimeout(() => process.exit(1), 1500) : setInterval(() => {}, 60000);'
        systemctl -q disable pm2-modules.service
        ok "a version that is fine as long as it is" pm2ctl update app
        pid=$(pid_of app)
        echo nonsense >/etc/pm2ctl/settings.ini
        exits "rollback with damaged settings" 1 pm2ctl rollback app
        like "... names them" "$OUTPUT" "Failed to roll back 'app': /etc/pm2ctl/settings.ini"
        is "... and what runs does not notice" "$(running_version app) $(pid_of app)" "2.1.0 $pid"
        rm /etc/pm2ctl/settings.ini
        ok "rollback" pm2ctl rollback app
        is "... and neither starts modules at boot where somebody has ended that" "$(systemctl is-enabled pm2-modules.service)" disabled
        systemctl -q enable pm2-modules.service
        is "... runs the version before" "$(running_version app)" 1.1.0
        touch "$(readlink -f /var/lib/pm2ctl-data/app)/die"
        exits "--safe watches for longer" 1 pm2ctl update --safe=4 app
        like "... and takes it back" "$OUTPUT" 'release 1.1.0-2 runs again'
        is "... indeed" "$(running_version app)" 1.1.0
        exits "the same with rollback" 1 pm2ctl rollback --safe=4 app
        is "... leads back" "$(running_version app)" 1.1.0
        exits "--safe takes seconds" 2 pm2ctl update --safe=soon app
        unpublish app 2.1.0

        # -- those that do not run
        publish app 3.0.0; publish other 1.0.0; publish third 1.0.0
        ok "two more" pm2ctl install other third
        ok "one is stopped" pm2ctl stop app
        ok "... and updated" pm2ctl update app
        like "... as it says" "$OUTPUT" 'app 3.0.0 is updated; it was stopped and stays so'
        fails "... stays stopped" systemctl is-active -q pm2@app.service
        ok "... starts as the new version" pm2ctl start app
        is "... indeed" "$(running_version app)" 3.0.0
        ok "one is disabled" pm2ctl disable other
        publish other 1.1.0 ',"apps":{"script":"index.js","autorestart":false}' 'process.exit(3);'; publish third 1.1.0
        exits "an update of all of which one fails" 1 pm2ctl update
        like "... goes on" "$OUTPUT" '3 modules: 1 updated, 1 up to date, 1 failed'
        is "... with the next" "$(running_version third)" 1.1.0
        is "... and has the failed one run as it was" "$(running_version other)" 1.0.0
        publish other 1.2.0
        ok "what is disabled is updated" pm2ctl update other
        is "... and stays disabled" "$(running_version other) $(pm2ctl list --json=short | json "next(m['enabled'] for m in d if m['name'] == 'other')")" "1.2.0 false"
        useradd -r worker
        ok "--uid" pm2ctl -q install --uid=worker other@1.0.0
        ok "... is kept" pm2ctl -q update other
        is "... over an update" "$(ps -o user= -p "$(pid_of other)")" worker
        mkdir /srv/linked && cp "$packages/third/1.0.0/"* /srv/linked && sed -i 's/third/linked/' /srv/linked/package.json
        ok "a linked folder" pm2ctl -q install --uid=worker /srv/linked
        pid=$(pid_of linked)
        ok "... needs no update" pm2ctl update linked
        like "... as it says" "$OUTPUT" 'linked is linked to /srv/linked'
        is "... and runs on" "$(pid_of linked)" "$pid"

        # -- a repository, which belongs to root and is read by another user
        git init -q -b main /srv/repo && cp "$packages/third/1.0.0/"* /srv/repo && sed -i 's/third/from-git/' /srv/repo/package.json
        git -C /srv/repo add -A && git -C /srv/repo -c user.name=a -c user.email=a@b commit -q -m one
        ok "a git repository" pm2ctl install git+file:///srv/repo
        sed -i 's/1\.0\.0/1.5.0/' /srv/repo/package.json && git -C /srv/repo -c user.name=a -c user.email=a@b commit -q -a -m two
        ok "... with a newer commit" pm2ctl update from-git
        is "... which runs" "$(running_version from-git)" 1.5.0

        # -- scripts and the network
        # shellcheck disable=SC2016
        publish net 1.0.0 ',"scripts":{"install":"node -e \"require('"'http'"').get('"'$SERVED'"', () => process.exit(0)).on('"'error'"', () => process.exit(9))\""}'
        exits "install scripts reach nothing" 1 pm2ctl install net
        like "... and fail" "$OUTPUT" 'the install script failed: it exited with status 9'
        ok "... but with --scripts-network they do" pm2ctl install --scripts-network net
        ok "... or are left out with --ignore-scripts" pm2ctl install --ignore-scripts net
        like "... which is said" "$OUTPUT" 'install scripts, which are not run'

        # -- Ctrl-C
        publish slow 1.0.0 ',"scripts":{"install":"sleep 100"}'
        OUTPUT=$("$TESTS/terminal.py" 'Running install scripts' pm2ctl install slow)
        like "Ctrl-C while scripts run" "$OUTPUT" "Failed to install 'slow': .*interrupted"
        like "... is what the caller learns of" "$OUTPUT" '^ended -2$'
        is "... and leaves nothing" "$(leftovers; ls -d /var/lib/pm2ctl/modules/slow 2>/dev/null)" ""
        publish app 4.0.0
        OUTPUT=$("$TESTS/terminal.py" 'Fetching' pm2ctl update app)
        like "Ctrl-C while an update is fetched" "$OUTPUT" "^ended -2$"
        is "... changes nothing" "$(running_version app) $(version_of app) $(leftovers)" "3.0.0 3.0.0 "
        publish fresh 1.0.0
        OUTPUT=$("$TESTS/terminal.py" 'Enabled|resolved|Fetching' pm2ctl install --safe=90 fresh)
        like "Ctrl-C early in a first install" "$OUTPUT" "^ended -2$"
        is "... leaves nothing" "$(leftovers; ls -d /var/lib/pm2ctl/modules/fresh 2>/dev/null; systemctl list-units --all --plain --no-legend pm2@fresh.service)" ""
        watching fresh install; watching app update
}

# Ctrl-C when the new release runs and is being watched.
watching() { # NAME VERB
        local output
        output=$(mktemp)
        ("$TESTS/terminal.py" '' pm2ctl "$2" --safe=90 "$1" >"$output") &
        wait_for 60 eval "[ \"\$(systemctl is-active pm2@$1.service)\" = active ] && [ \"\$(running_version $1)\" != 3.0.0 ]"
        pkill -INT -f "^pm2ctl $2 --safe=90 $1\$"
        wait $!
        OUTPUT=$(cat "$output")
        like "interrupted while $1 is watched" "$OUTPUT" "^ended -2$"
        if [ "$2" = update ]; then
                is "... the old release runs again" "$(running_version "$1") $(version_of "$1")" "3.0.0 3.0.0"
        else
                like "... says that nothing has changed" "$OUTPUT" "$1 is not installed; nothing has changed"
                is "... and is right" "$(ls -d "/var/lib/pm2ctl/modules/$1" 2>/dev/null; systemctl list-units --all --plain --no-legend "pm2@$1.service")" ""
        fi
        is "... and nothing is left behind" "$(leftovers)" ""
}

second_boot() {
        ok "after a boot what failed to update runs" wait_for 30 systemctl is-active -q pm2@app.service
        is "... as the version it was" "$(running_version app)" 3.0.0
        fails "... and what is disabled does not" systemctl is-active -q pm2@other.service
}

case $REBOOT_MARK in
'') first_boot; reboot_and_continue booted;;
booted) second_boot;;
esac
done_testing
