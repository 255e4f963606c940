#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The developer's loop: a folder is linked, runs from where it is as its owner, and runs again when it is changed.
. "${0%/*}/lib.sh"

add_user dev 4002
work=/home/dev/@odd\ name/work
as_user dev mkdir -p "$work" && cd "$work" || exit

write() { # FILE: standard input, as the developer
        as_user dev bash -c 'cat >"$1.new" && mv "$1.new" "$1"' - "$work/$1"
}
# the last line but systemd's own, which may overtake it
said() { unit_journal pm2@acme:work.service _TRANSPORT=stdout | tail -n 1; }

# given up after three failures, however slowly they come
write package.json <<<'{ "name": "@acme/work", "version": "0.1.0",
        "apps": [ { "script": "index.js", "max_restarts": 3, "min_uptime": "20s" } ] }'
write index.js <<<'console.log("first"); setInterval(() => {}, 1000)'

ok "install ." pm2ctl install .
like "... says that it is linked" "$OUTPUT" 'linked'
ok "... runs" wait_for 10 output_has '^first$' said
pid=$(systemctl show -P MainPID pm2@acme:work.service)
is "... as the folder's owner" "$(ps -o user= -p "$pid")" dev
is "... from where it is" "$(readlink "/proc/$pid/cwd")" "$work"
is "... and is listed" "$(pm2ctl list --json=short | json "d[0]['name'], d[0]['source'] == '$work'")" '["@acme/work", true]'
is "... nothing is copied" "$(find /var/lib/pm2ctl/modules -type f -printf '%f\n')" module.json
ok "... and a change is watched for" systemctl is-active -q pm2-watch@acme:work.service

for unit in pm2@acme:work.service pm2-watch@acme:work.service; do shown "$unit"; done >/root/before
systemctl daemon-reload
for unit in pm2@acme:work.service pm2-watch@acme:work.service; do shown "$unit"; done >/root/after
is "daemon-reload changes neither unit" "$(diff /root/before /root/after)" ""

write index.js <<<'console.log("second"); setInterval(() => {}, 1000)'
ok "a saved file runs" wait_for 20 output_has '^second$' said
as_user dev mkdir -p "$work/lib/deep" && sleep 0.5
write lib/deep/text.js <<<'module.exports = "third"'
write index.js <<<'console.log(require("./lib/deep/text.js")); setInterval(() => {}, 1000)'
ok "... with a new folder" wait_for 20 output_has '^third$' said
write lib/deep/text.js <<<'module.exports = "fourth"'
ok "... which is watched too" wait_for 20 output_has '^fourth$' said

write index.js <<<'console.log("fifth"; this is no JavaScript'
ok "a mistake makes it fail" wait_for 10 output_has 'SyntaxError' unit_journal pm2@acme:work.service
ok "... until systemd gives up" wait_for 30 systemctl is-failed -q pm2@acme:work.service
write index.js <<<'console.log("sixth"); setInterval(() => {}, 1000)'
ok "... and the mended file runs without a command" wait_for 20 output_has '^sixth$' said

write package.json <<<'{ "name": "@acme/work", "version": "0.1.0", '
sleep 1
write package.json <<<'{ "name": "@acme/work", "version": "0.1.0", "apps": [ { "script": "other.js" } ] }'
write other.js <<<'console.log("seventh"); setInterval(() => {}, 1000)'
ok "package.json is read anew" wait_for 20 output_has '^seventh$' said

runs=$(unit_journal pm2@acme:work.service | grep -c '^seventh$')
as_user dev mkdir -p "$work/node_modules/x" "$work/.git"
write node_modules/x/index.js <<<''
write .git/index <<<''
sleep 1.5
is "what lies in node_modules and .git restarts nothing" "$(unit_journal pm2@acme:work.service | grep -c '^seventh$')" "$runs"

ok "systemctl stop" systemctl stop pm2@acme:work.service
write other.js <<<'console.log("not this"); setInterval(() => {}, 1000)'
sleep 1.5
fails "... holds, whatever is saved" systemctl is-active -q pm2@acme:work.service
ok "... until it is started" pm2ctl start .
ok "stop" pm2ctl stop .
write other.js <<<'console.log("eighth"); setInterval(() => {}, 1000)'
sleep 1.5
fails "... holds, whatever is saved" systemctl is-active -q pm2@acme:work.service
ok "start" pm2ctl start @acme/work
ok "... runs what is there now" wait_for 20 output_has '^eighth$' said
ok "... and watches" systemctl is-active -q pm2-watch@acme:work.service

ok "uninstall ." pm2ctl uninstall .
fails "... stops it" systemctl is-active -q pm2@acme:work.service
fails "... and the watch" systemctl is-active -q pm2-watch@acme:work.service
ok "... and leaves the folder alone" test -f "$work/other.js" -a -f "$work/package.json"

mkdir -p /srv/mine && cd /srv/mine || exit
echo '{ "name": "mine", "main": "index.js" }' >package.json
echo 'setInterval(() => {}, 1000)' >index.js
exits "a folder of root's wants --uid" 1 pm2ctl install .
like "... and says so" "$OUTPUT" '--uid'
ok "... with which it runs" pm2ctl install --uid=dev .
unlike "... and no warning" "$OUTPUT" 'who can change'
is "... as that user" "$(ps -o user= -p "$(systemctl show -P MainPID pm2@mine.service)")" dev

# another user's folder, as the administrator says; it has to be open to that user, who has no privileges, root neither
chmod 755 /home/dev
for user in root nobody; do
        ok "dev's folder with --uid=$user" pm2ctl install "--uid=$user" "$work"
        is "... gets one warning, which says whose it is" \
                "$(grep -c "^pm2ctl: $work is owned by 'dev', who can change what runs as '$user'\.$" <<<"$OUTPUT")" 1
done
ok "... with its owner's name" pm2ctl install --uid=dev "$work"
unlike "... none" "$OUTPUT" 'who can change'
ok "... uninstall" pm2ctl uninstall @acme/work

# what a folder's owner may put into it must not be read as root
cd "$work" || exit
for secret in /etc/shadow /root/secret; do
        echo '{ "name": "stolen", "main": "x" }' >/root/secret
        rm -f package.json && as_user dev ln -s "$secret" "$work/package.json"
        exits "package.json as a link to $secret" 1 pm2ctl install .
        unlike "... tells nothing of it" "$OUTPUT" 'root:|stolen'
done
rm -f package.json && as_user dev mkfifo "$work/package.json"
exits "package.json as a FIFO" 1 timeout 10 pm2ctl install .
done_testing
