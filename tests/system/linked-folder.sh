#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 900
#
# A linked folder is the folder that was linked: nothing that others put in its place is run as its owner.
. "${0%/*}/lib.sh"

add_user bob 4101
useradd -m -u 4102 alice
groupadd team
gpasswd -a alice team >/dev/null
chmod 755 /home/bob /home/alice
loot=/home/bob/loot   # what can only be written as bob
work=/home/bob/work

project() { # FOLDER OWNER WORD: an app that says WORD, and writes it where only bob may
        mkdir -p "$1"
        echo '{ "name": "work", "version": "1.0.0", "apps": [ { "script": "index.js", "max_restarts": 99 } ] }' >"$1/package.json"
        echo "console.log('$3'); try { require('fs').appendFileSync('$loot', '$3 ') } catch (e) {}; setInterval(() => {}, 1000)" >"$1/index.js"
        chown -R "$2:" "$1"
        chmod 755 "$1"
}
said() { unit_journal pm2@work.service _TRANSPORT=stdout | tail -n 1; }
refused() { # DESCRIPTION REGEX FOLDER: it is not linked
        exits "$1 is not linked" 1 pm2ctl install "$3"
        like "... says why" "$OUTPUT" "$2"
        is "... in one sentence" "$(grep -c . <<<"$OUTPUT")" 1
        is "... and nothing is installed" "$(pm2ctl list --json=short)" "[]"
}

# -- what others may write to
for folder in /tmp/work /var/tmp/work /dev/shm/work; do
        project "$folder" bob tmp
        refused "$folder" "every user may write to ${folder%/work} .*move the directory" "$folder"
        rm -r "$folder"
done
project /srv/open/work bob open
chmod 777 /srv/open
refused "a folder in one that is open to all" "every user may write to /srv/open .*'chmod o-w /srv/open'" /srv/open/work
chmod 755 /srv/open && chmod 757 /srv/open/work
refused "one that is open itself" "every user may write to /srv/open/work" /srv/open/work
chmod 755 /srv/open/work && chgrp team /srv/open && chmod 2775 /srv/open
refused "a folder in one of a group" "the group 'team' may write to /srv/open .*'chmod g-w /srv/open'" /srv/open/work
chgrp bob /srv/open
useradd -m -g bob -u 4103 carl
refused "... of a group that is another's primary one" "the group 'bob' may write to /srv/open" /srv/open/work
userdel -r carl 2>/dev/null
python3 - /srv/open <<'END'
import os, struct, sys
# user::rwx user:4102:rwx group::r-x mask::rwx other::r-x
entries = [(1, 7, 0xffffffff), (2, 7, 4102), (4, 5, 0xffffffff), (16, 7, 0xffffffff), (32, 5, 0xffffffff)]
os.setxattr(sys.argv[1], "system.posix_acl_access",
            struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *e) for e in entries))
END
refused "a folder in one with an access control list" "by its access control list.*'setfacl -b /srv/open'" /srv/open/work
python3 -c 'import os; os.removexattr("/srv/open", "system.posix_acl_access")'
chmod 755 /srv/open && chown alice: /srv/open
refused "a folder in another user's" "/srv/open is owned by 'alice', who could replace" /srv/open/work
chown root: /srv/open && chown -R 4199:4199 /srv/open/work
refused "a folder without an account for its owner" "no account has the user ID 4199" /srv/open/work
chown -R bob: /srv/open/work && chown root:bob /srv/open && chmod 2775 /srv/open
ln -s /srv/open/work /srv/link
ok "what only its owner's private group may write is linked" pm2ctl install /srv/link
like "... by its own path, which is shown" "$OUTPUT" 'is linked to /srv/open/work and runs'
ok "... and runs" wait_for 10 output_has '^open$' said
ok "uninstall by the symlink" pm2ctl uninstall /srv/link
rm -f "$loot"

# -- replaced
project "$work" bob mine
cd / || exit
ok "install" pm2ctl install "$work"
ok "... runs" wait_for 10 output_has '^mine$' said
ok "... is recorded" output_has "\"inode\": *$(stat -c %i "$work")" cat /var/lib/pm2ctl/modules/${work##*/}/current/module.json

lines_said() { unit_journal pm2@work.service _TRANSPORT=stdout | grep -vc "^Failed to start module 'work': "; }
# stands_firm WHAT REGEX [LINKED]: with what is at $work now nothing starts by any way, and each says why. LINKED is where
# the folder is that was linked, if it is anywhere.
stands_firm() {
        local what=$1 regex=$2 linked=${3:-} before
        before=$(lines_said)
        fails "$what: systemctl restart" systemctl restart pm2@work.service
        is "... ends with a status of its own" "$(systemctl show -P ExecMainStatus pm2@work.service)" 175
        is "... once" "$(systemctl show -P NRestarts pm2@work.service)" 0
        like "... and the journal says why" "$(unit_journal pm2@work.service -n 20)" "Failed to start module 'work': .*$regex"
        for verb in start restart; do
                exits "$what: pm2ctl $verb" 1 pm2ctl "$verb" work
                like "... says why" "$OUTPUT" "$regex"
        done
        exits "$what: show" 1 pm2ctl show work
        like "... says why" "$OUTPUT" "$regex"
        ok "$what: list goes on" pm2ctl list
        if [ -n "$linked" ]; then
                touch "$linked/change"
                ok "... the watch has ended with the next change" wait_for 20 watch_ended
        fi
        is "... and no line was said" "$(lines_said)" "$before"
}
watch_ended() { [[ $(systemctl is-active pm2-watch@work.service) =~ ^(inactive|failed)$ ]]; }
again() { # the linked folder is back where it was
        ok "the linked folder is back: start" pm2ctl start work
        ok "... and it is watched" systemctl is-active -q pm2-watch@work.service
}

mv "$work" /home/bob/old && project "$work" alice alice
ok "the watch of a folder that was replaced ends by itself" wait_for 20 watch_ended
like "... and says why" "$(unit_journal pm2-watch@work.service -n 20)" "Failed to watch .*that was owned by 'bob' \(UID 4101\), this is owned by 'alice'"
is "... with a status that is not restarted" "$(systemctl show -P ExecMainStatus pm2-watch@work.service)" 175
stands_firm "another's folder" "is not the directory that was linked: .*this is owned by ('alice'|another user)" /home/bob/old
rm -r "$work" && project "$work" bob other
stands_firm "the owner's other folder" "is not the directory that was linked, but was created or moved there later.*'pm2ctl install $work'"
rm -r "$work" && ln -s old "$work"
stands_firm "a symlink to it" "$work is a symlink; to use what is there, link it again"
rm "$work" && ln -s /home/alice "$work"
stands_firm "a symlink to another's" "$work is a symlink"
rm "$work"
stands_firm "nothing" "$work does not exist"
mv /home/bob/old "$work"
again
project /srv/decoy bob decoy
mount --bind /srv/decoy "$work"
stands_firm "a bind mount over it" "is not the directory that was linked"
umount "$work"
ok "... which is gone: start" pm2ctl start work
mv /home/bob /home/bob.away && project "$work" bob parent && chown bob: /home/bob
stands_firm "a parent that was replaced" "is not the directory that was linked" /home/bob.away/work
rm -r /home/bob && ln -s bob.away /home/bob
stands_firm "a parent that is a symlink" "/home/bob is a symlink" /home/bob.away/work
rm /home/bob && mv /home/bob.away /home/bob
again
chown alice: "$work"
stands_firm "a folder that was given away" "this is owned by ('alice'|another user)" "$work"
chown bob: "$work"
again
rm -f "$loot"

# -- the owner's own life goes on
as_user bob bash -c 'cd work && mkdir -p node_modules/x && echo 1 >node_modules/x/i && sed "s/mine/saved/g" index.js >.new && mv .new index.js'
ok "a file replaced by an editor runs" wait_for 20 output_has '^saved$' said
ok "set restarts it" pm2ctl set work:key value
exec 9<"$work"   # so that its inode is not taken for the next one
as_user bob rm -r work && project "$work" bob anew
exits "a folder made anew is not started" 1 pm2ctl start work
like "... until it is linked again" "$OUTPUT" "link it again with 'pm2ctl install $work'"
cd "$work" && ok "install ." pm2ctl install .
exec 9<&-
ok "... and it runs at once" wait_for 10 output_has '^anew$' said
ok "... and is watched" systemctl is-active -q pm2-watch@work.service

cd / || exit

# -- what leads out of it
as_user bob mkdir work/sub
as_user bob sed -i 's|"script"|"watch": false, "cwd": "sub", "script"|' work/package.json
ok "... which is not watched for long" wait_for 20 pm2ctl restart work
sleep 1
ok "an app with a working directory" pm2ctl restart work
is "... is in it" "$(readlink "/proc/$(systemctl show -P MainPID pm2@work.service)/cwd")" "$work/sub"
as_user bob bash -c 'rmdir work/sub && ln -s /etc work/sub'
fails "one that is a symlink out" systemctl restart pm2@work.service
like "... is not entered" "$(unit_journal pm2@work.service -n 20)" "cannot enter its working directory 'sub' in $work"
as_user bob bash -c 'rm work/sub && mkdir work/sub'
mv "$work/index.js" "$work/real.js" && ln -s /home/alice/x.js "$work/index.js" && echo 'console.log("out")' >/home/alice/x.js
fails "a script that is a symlink out" pm2ctl restart work
like "... is not run" "$(unit_journal pm2@work.service -n 20)" "its script $work/index.js leads out of its folder"
ln -sfn real.js "$work/index.js"
ok "one that is a symlink within" pm2ctl restart work
ok "uninstall" pm2ctl uninstall work

# -- linked by pm2ctl 0.1
project "$work" bob old
ok "install" pm2ctl install "$work"
file=/var/lib/pm2ctl/modules/${work##*/}/current/module.json
forget() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); d.pop("linked"); json.dump(d, open(sys.argv[1], "w"))' "$file"; }
forget
ok "what 0.1 linked: systemctl restart" systemctl restart pm2@work.service
fails "... records nothing" grep -q '"linked"' "$file"
ok "... pm2ctl restart" pm2ctl restart work
ok "... records the folder" output_has "\"inode\": *$(stat -c %i "$work")" cat "$file"
forget
chmod 777 "$work"
exits "what 0.1 linked, where others may write" 1 pm2ctl restart work
like "... is refused" "$OUTPUT" "0\.1 did not record which directory was linked, and this may be another one: every user may write to $work"
fails "... by the launcher too" systemctl restart pm2@work.service
chmod 755 "$work" && chown -R alice: "$work"
exits "what 0.1 linked, of another now" 1 pm2ctl restart work
like "... is refused" "$OUTPUT" "$work is owned by 'alice'"
chown -R bob: "$work"
ok "its owner's again" pm2ctl restart work

# -- the account
rm -f "$loot"
pm2ctl stop work
loginctl disable-linger bob && systemctl stop user@4101.service
userdel bob && useradd -M -d /home/bob -u 4111 bob
exits "an account made anew is another" 1 pm2ctl start work
like "... and told so" "$OUTPUT" "the user 'bob' that it runs as does not exist any more: link it again"
userdel bob && useradd -M -d /home/bob -u 4101 -s /bin/bash robert
ok "one that has another name is the same" pm2ctl start work
is "... as which it runs" "$(ps -o user= -p "$(systemctl show -P MainPID pm2@work.service)")" robert
pm2ctl stop work && userdel robert && useradd -M -d /home/bob -u 4101 -s /bin/bash bob

# -- uninstall of what is gone
rm -r "$work"
ok "uninstall by the path of a folder that is gone" pm2ctl uninstall "$work"
project "$work" bob mine && pm2ctl install "$work"
mkdir /home/bob/else && cd "$work" && rm -r "$work"
ok "uninstall . in one that is gone" pm2ctl uninstall .
cd / || exit
project "$work" bob mine && pm2ctl install "$work" && mv "$work" /home/bob/old && ln -s /srv "$work"
ok "uninstall by the path of what is a symlink now" pm2ctl uninstall "$work/"
rm "$work"

# -- races. alice exchanges a folder of hers with a symlink to one of bob's, which has none of what she would run
project /home/alice/work alice alice
ln -s /home/bob /home/alice/swap
chown -h alice: /home/alice/swap
chmod 711 /home/alice
rm -f "$loot"
flip() { # A B, as alice, until unflip
        coproc flipper { exec setpriv --reuid 4102 --regid 4102 --clear-groups "$BUILD/flip" "$1" "$2"; }
}
unflip() { local n; exec {flipper[1]}>&-; read -r n <&"${flipper[0]}"; wait "$flipper_PID"; echo "# $n exchanges"; }
user_of() { pm2ctl list --json=short | json "' '.join(m['user'] or '?' for m in d)"; }
flip /home/alice/work /home/alice/swap
won=0 linked=0
tries=1000
[ "${PM2CTL_TEST_THOROUGH:-}" != 1 ] || tries=5000
for ((i = 0; i < tries; i++)); do   # --env: nothing but the start is left out, which takes a second
        pm2ctl install --env=none /home/alice/work >/root/out 2>&1 && won=$((won + 1))
        grep -q "no app in its package.json has a field 'env_none'" /root/out && linked=$((linked + 1))
        ! grep -q 'bob.*env_none' /root/out || won=$((won + 1))
done
is "of $tries installs none is fooled" "$won" 0
[ "$linked" -gt 0 ]
is "... and some got to the end ($linked)" $? 0
for i in {1..20}; do
        pm2ctl install /home/alice/work >/dev/null 2>&1
        [[ $(user_of) =~ ^(alice)?$ ]] || won=$((won + 1))
done
is "of 20 that start it none is bob's" "$won" 0
for i in {1..30}; do
        ! pm2ctl restart work 2>&1 | grep -q 'bob/' || won=$((won + 1))
        systemctl restart pm2@work.service >/dev/null 2>&1
        systemctl reset-failed pm2@work.service >/dev/null 2>&1
        [[ $(systemctl show -P User pm2@work.service) =~ ^(4102)?$ && $(user_of) =~ ^(alice)?$ ]] || won=$((won + 1))
done
is "of 60 restarts neither" "$won" 0
unflip
fails "bob's files were not touched" test -e "$loot"
pm2ctl install /home/alice/work >/dev/null 2>&1
ok "as it was, it is linked" pm2ctl restart work
flip /home/alice/work /home/alice/swap
ok "the watch ends when it sees another" wait_for 20 watch_ended
unflip
fails "... and bob's files were not touched" test -e "$loot"
pm2ctl uninstall work

# -- the user scope
loginctl enable-linger bob && wait_for 20 test -S /run/user/4101/bus
as_user bob mkdir -p /tmp/bobs && as_user bob bash -c 'echo "{ \"name\": \"own\", \"main\": \"x.js\" }" >/tmp/bobs/package.json && echo "setInterval(() => {}, 1000)" >/tmp/bobs/x.js'
exits "user scope: a folder in /tmp" 1 as_user bob pm2ctl install /tmp/bobs
like "... is refused" "$OUTPUT" 'every user may write to /tmp '
as_user bob cp -r /tmp/bobs /home/bob/own
ok "user scope: install" as_user bob pm2ctl install ./own
as_user bob mv own own.old && cp -r /tmp/bobs /home/bob/own && chown -R alice: /home/bob/own
fails "another's folder is not run" as_user bob systemctl --user restart pm2@own.service
is "... with that status" "$(as_user bob systemctl --user show -P ExecMainStatus pm2@own.service)" 175
exits "... nor started" 1 as_user bob pm2ctl start own
like "... as it says" "$OUTPUT" "this is owned by 'alice'"
user_watch_ended() { [[ $(as_user bob systemctl --user is-active pm2-watch@own.service) =~ ^(inactive|failed)$ ]]; }
ok "... and the watch ends" wait_for 20 user_watch_ended
rm -r /home/bob/own && as_user bob ln -s own.old own
exits "a symlink is not followed" 1 as_user bob pm2ctl start own
like "... as it says" "$OUTPUT" '/home/bob/own is a symlink'
as_user bob rm own && as_user bob cp -r own.old own
exits "a copy is not it" 1 as_user bob pm2ctl start own
ok "... until it is linked" as_user bob pm2ctl install ./own
ok "... and runs" as_user bob systemctl --user is-active -q pm2@own.service
ok "uninstall" as_user bob pm2ctl uninstall own
done_testing
