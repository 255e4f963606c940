#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# `pm2ctl trigger` on real units: who may, what comes of it, and what it costs the bridge.
# timeout: 180
. "${0%/*}/lib.sh"

packages=$(mktemp -d)

# package NAME: one more for the test's own registry, from the script on stdin
package() {
        mkdir -p "$packages/$1/1.0.0"
        cat >"$packages/$1/1.0.0/index.js"
        printf '{"name":"%s","version":"1.0.0","apps":[{"script":"index.js"}]}\n' "$1" >"$packages/$1/1.0.0/package.json"
}

bridge() { pgrep -f "^pm2-bridge.$1\$"; }

package acts <<'END'
const send = (type, data) => process.send({ type, data })
for (const action_name of ['echo', 'silent', 'object', 'nothing', 'terminal', 'disk usage', 'exit'])
  send('axm:action', { action_name, opts: null, arity: 2 })
for (const action_name of ['count', 'breaks']) send('axm:action', { action_name, action_type: 'scoped' })
process.on('message', (m) => {
  const name = m.msg || m
  const reply = (value) => send('axm:reply', { action_name: name, return: value })
  const say = (what, data) => send('axm:scoped_action:' + what, { data, uuid: m.uuid, action_name: name })
  if (name === 'echo') setTimeout(() => reply(m.opts), 100 * Math.random())
  if (name === 'object') reply({ text: 'a', list: [1, null], deep: { yes: true } })
  if (name === 'nothing') reply()
  if (name === 'terminal') reply('\u001b[31mred\u001b[0m\n\u202etxt')
  if (name === 'disk usage') reply('80%')
  if (name === 'exit') process.exit(0)
  if (name === 'breaks') say('error', { code: 'ENOENT' })
  if (name === 'count') {
    let n = 0
    const timer = setInterval(() => n < +m.opts ? say('stream', 'line ' + ++n) : (clearInterval(timer), say('end')), 400)
  }
})
setInterval(() => {}, 60000)
END
package acts-too <<'END'
process.send({ type: 'axm:action', data: { action_name: 'echo' } })
process.on('message', (m) => process.send({ type: 'axm:reply', data: { action_name: 'echo', return: 'too' } }))
END
package dumb <<'END'
setInterval(() => {}, 60000)
END
sed -i 's/"script":"index.js"/&,"pmx":false/' "$packages/dumb/1.0.0/package.json"
ok "a registry serves the test's packages" serve_packages "$packages"
use_registry "$SERVED"
mkdir -p "$packages/twins/1.0.0"
cat >"$packages/twins/1.0.0/index.js" <<'END'
const action_name = process.argv[2]
for (const name of [action_name, 'who']) process.send({ type: 'axm:action', data: { action_name: name } })
process.on('message', (name) => process.send({ type: 'axm:reply', data: { action_name: name, return: action_name } }))
END
cat >"$packages/twins/1.0.0/package.json" <<'END'
{ "name": "twins", "version": "1.0.0", "apps": [ { "name": "first", "script": "index.js", "args": "first" },
  { "name": "second", "script": "index.js", "args": "second" } ] }
END
mkdir -p "$packages/shift/1.0.0"
echo 'process.exit(0)' >"$packages/shift/1.0.0/once.js"
cp "$packages/acts-too/1.0.0/index.js" "$packages/shift/1.0.0/index.js"
cat >"$packages/shift/1.0.0/package.json" <<'END'
{ "name": "shift", "version": "1.0.0", "apps": [ { "name": "once", "script": "once.js", "cron_restart": "0 0 1 1 *", "autorestart": false },
  { "name": "stays", "script": "index.js", "pmx": false } ] }
END
ok "the modules are installed" pm2ctl install acts acts-too dumb twins shift

# -- what comes of it --------------------------------------------------------------------------------------------------
ok "an action is triggered" pm2ctl trigger acts 'disk usage'
is "and its answer printed" "$OUTPUT" '80%'
is "with a parameter" "$(pm2ctl trigger acts echo $'{"a": "é\n"}')" $'{"a": "é\n"}'
is "which may look like an option" "$(pm2ctl trigger acts echo -- --json)" --json
is "by the module's number, too" "$(pm2ctl trigger "$(pm2ctl show acts --json | json 'd["pm_id"]')" echo x)" x
is "what is no text is JSON" "$(pm2ctl trigger acts object | json 'd')" '{"deep": {"yes": true}, "list": [1, null], "text": "a"}'
is "nothing is null" "$(pm2ctl trigger acts nothing)" null
is "terminals are spared" "$(pm2ctl trigger acts terminal)" $'\\x1b[31mred\\x1b[0m\n\\u202etxt'
is "--json tells what it was" "$(pm2ctl trigger acts echo x --json=short)" \
        '{"module":"acts","unit":"pm2@acts.service","action":"echo","outcome":"done","return":"x"}'
ok "a setting restarts it" pm2ctl set acts:greeting Hi
is "and right after that it can be asked" "$(pm2ctl trigger acts echo x)" x
start=${EPOCHREALTIME/./}
lines=$(pm2ctl trigger acts count 3 --timeout=30 | while read -r line; do echo "$line $(((${EPOCHREALTIME/./} - start) / 100000))"; done)
is "a scoped action says several things" "$(cut -d' ' -f1,2 <<<"$lines")" $'line 1\nline 2\nline 3'
ok "as they come" test "$(sed -n 1p <<<"$lines" | cut -d' ' -f3)" -lt "$(sed -n 3p <<<"$lines" | cut -d' ' -f3)"
is "in JSON they are together" "$(pm2ctl trigger acts count 2 --json=short)" \
        '{"module":"acts","unit":"pm2@acts.service","action":"count","outcome":"done","return":null,"stream":["line 1","line 2"]}'
exits "its time limit is for all that it says" 5 pm2ctl trigger acts count 50 --timeout=1.5
like "which is said" "$OUTPUT" "Action 'count' of acts failed: it has not ended within 1.5 s"
exits "a scoped action that fails is a failure" 1 pm2ctl trigger acts breaks
like "which says what the module said" "$OUTPUT" 'ENOENT'
ok "answers are in the journal as well" output_has "^Action 'disk usage' answers: 80%" unit_journal pm2@acts

exits "a silent action times out, with a status of its own" 5 pm2ctl trigger acts silent --timeout=1
like "and a sentence" "$OUTPUT" "Action 'silent' of acts failed: it has not answered within 1 s"
is "in JSON too" "$(pm2ctl trigger acts silent --timeout=0.2 --json 2>/dev/null | json 'd["outcome"]')" timeout
exits "an unknown one is none" 1 pm2ctl trigger acts 'disk usgae'
like "with what was meant, and all there are" "$OUTPUT" "but: .*silent.*did you mean 'disk usage'"
exits "a module may offer none" 1 pm2ctl trigger dumb echo
like "and that is said" "$OUTPUT" "has announced no action"
exits "an unknown module" 4 pm2ctl trigger nonsense echo
exits "a time limit that is none" 2 pm2ctl trigger acts echo --timeout=soon
exits "an option of another verb" 2 pm2ctl trigger acts echo --lines=3
exits "a module that ends meanwhile" 1 pm2ctl trigger acts exit
like "is said to have" "$OUTPUT" "it ended before it answered"
ok "and runs again" wait_for 20 output_has '^80%$' pm2ctl trigger acts 'disk usage'

fails "an answer that cannot be printed is no success" eval 'pm2ctl trigger acts echo x >/dev/full'
like "which is said" "$OUTPUT" 'Failed to print: No space left on device'
fails "nor is it of all" eval 'pm2ctl trigger all echo x >/dev/full'
is "all who have it are asked" "$(pm2ctl trigger all echo x | sort)" $'acts-too: too\nacts: x\nshift@stays: too'
is "in JSON, too" "$(pm2ctl trigger all echo x --json | json '[[m["module"], m["return"]] for m in d]')" '[["acts", "x"], ["acts-too", "too"], ["shift@stays", "too"]]'
exits "where none has it" 1 pm2ctl trigger all nonsense
is "a module with several units has them all asked" "$(pm2ctl trigger twins who | sort)" $'twins: first\ntwins@second: second'
is "... that have the action" "$(pm2ctl trigger twins second)" 'twins@second: second'
is "... or one of them" "$(pm2ctl trigger pm2@twins@second.service who)" second
exits "... and where none has it" 1 pm2ctl trigger twins third
like "each says what it has" "$OUTPUT" 'twins@second failed: there is no such action, but: second, who'
ok "of two apps one ends" wait_for 20 eval '[ "$(systemctl show -P SubState pm2@shift)" = exited ]'
is "it is not asked" "$(pm2ctl trigger shift echo x)" 'shift@stays: too'
exits "nor blamed for an unknown action" 1 pm2ctl trigger shift ecko
is "of which the other tells" "$OUTPUT" "pm2ctl: Action 'ecko' of shift@stays failed: there is no such action, but: echo; did you mean 'echo'?"
exits "by its own name it cannot be asked" 1 pm2ctl trigger pm2@shift.service echo
like "which is why" "$OUTPUT" 'Action .echo. of shift failed: it does not run'
ok "the other stops, too" pm2ctl stop shift
exits "and none is left" 1 pm2ctl trigger shift echo
is "which is said once" "$OUTPUT" "pm2ctl: Action 'echo' of shift failed: none of its 2 units runs"
ok "one stops" pm2ctl stop dumb acts-too
mkdir -p /etc/systemd/system/pm2@acts-too.service.d
printf '[Service]\nExecStartPre=/bin/sleep 1\n' >/etc/systemd/system/pm2@acts-too.service.d/slow.conf
pm2ctl start acts-too &
ok "another starts slowly" wait_for 20 eval '[ "$(systemctl show -P ActiveState pm2@acts-too)" = activating ]'
is "and can be asked meanwhile" "$(pm2ctl trigger acts-too echo x)" too
wait $!
exits "and cannot be asked" 1 pm2ctl trigger dumb echo
like "which is why" "$OUTPUT" 'it does not run'

# -- many at a time ----------------------------------------------------------------------------------------------------
many() { # ACTION PARAM...: what 20 processes are answered, each what it asked for
        local i
        for i in {1..20}; do
                { got=$(pm2ctl trigger acts "$1" "${2:-$i}" | tail -n 1); [ "$got" = "${3:-$i}" ] && echo right || echo "wrong: $i $got"; } &
        done
        wait
}
is "20 who trigger one action each get their own answer" "$(many echo | sort | uniq -c | tr -s ' ')" ' 20 right'
is "so do 20 of a scoped one" "$(many count 1 'line 1' | sort | uniq -c | tr -s ' ')" ' 20 right'
size=$(anonymous_kib "$(bridge acts)")
ok "the bridge has $size KiB of its own" test "$size" -le 1024

# -- who may -----------------------------------------------------------------------------------------------------------
ok "users have modules, too" eval 'add_user alice 4001 && add_user bob 4002 && use_registry "$SERVED" /home/alice &&
        as_user alice pm2ctl install acts'
is "and trigger them" "$(as_user alice pm2ctl trigger acts echo hers)" hers
fails "not the system's" as_user alice pm2ctl --system trigger acts echo x
like "which is for root" "$OUTPUT" 'only root'
chmod 755 /run/pm2ctl/acts && chmod 666 /run/pm2ctl/acts/control.sock
fails "not even if its folder was opened" as_user bob pm2ctl --system trigger acts echo x
like "the bridge refuses" "$OUTPUT" 'only root and the module.s user may trigger actions'
is "root may" "$(pm2ctl trigger acts echo x)" x
fails "bob cannot reach alice's" as_user bob env XDG_RUNTIME_DIR=/run/user/4001 pm2ctl --user trigger acts echo x

# the folder is the module's: whatever it puts there, nothing is followed, and who listens must be its owner
socket=/run/pm2ctl/acts/control.sock
mv $socket /run/pm2ctl/acts/kept
ln -s /run/systemd/private $socket
fails "a link to another socket is not followed" pm2ctl trigger acts echo x
rm $socket
timeout 60 python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()
while True:
    c = s.accept()[0]
    c.sendall(b"{\"event\":\"reply\",\"data\":\"forged\"}\n")' $socket 2>/dev/null &
wait_for 20 test -S $socket
fails "nor is one trusted that another user listens at" pm2ctl trigger acts echo x
like "which is told" "$OUTPUT" 'the socket is owned by user 0'
kill $! 2>/dev/null
rm $socket
timeout 60 setpriv --reuid "$(stat -c %u /run/pm2ctl/acts)" --clear-groups python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(0)
c = socket.socket(socket.AF_UNIX); c.connect(sys.argv[1])
time.sleep(60)' $socket &
wait_for 20 test -S $socket
sleep 0.5
exits "one who takes no connection is not waited for without end" 5 timeout 50 pm2ctl trigger acts echo x --timeout=1
kill $! 2>/dev/null
rm $socket
mv /run/pm2ctl/acts/kept $socket
is "the right one works again" "$(pm2ctl trigger acts echo x)" x
done_testing
