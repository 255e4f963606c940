#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 200
#
# What packages and modules leave behind holds up no other module: trees made not to be removed go, and what really
# cannot be removed is set aside with one warning.
. "${0%/*}/lib.sh"

work=/root/leftovers
staging=/var/lib/pm2ctl/staging data=/var/lib/private/pm2ctl-data
mkdir -p "$work"
cat >"$work/hostile.py" <<'END'
# Makes a folder as hard to remove as an unprivileged user can.
import os, socket, sys
os.umask(0)
def deep(name, n):
    os.mkdir(name + "-top"); os.chdir(name + "-top")
    for i in range(n): os.mkdir(name); os.chdir(name)
    os.mkdir("closed"); open("closed/file", "w"); os.chmod("closed", 0)
for top in sys.argv[2:]:
    for what in sys.argv[1].split(","):
        os.chdir(top)
        if what == "deep": deep("d", 600)
        if what == "long": deep("n" * 250, 100)
        if what == "closed":
            for mode in (0, 0o100, 0o400, 0o1000):
                name = f"closed-{mode:o}"; os.mkdir(name); os.chmod(os.open(f"{name}/f", os.O_CREAT), 0); os.chmod(name, mode)
        if what == "kinds":
            os.mkfifo("fifo", 0); os.symlink("/", "link"); os.symlink("..", "up"); open("\n\x1b[2J\udcff" + "x" * 200, "w")
            s = socket.socket(socket.AF_UNIX); s.bind("socket")
        if what == "many":
            os.mkdir("many")
            for i in range(20000): os.close(os.open(f"many/{i}", os.O_CREAT, 0))
END
cp "$work/hostile.py" /usr/local/share/hostile.py

pack() { # NAME VERSION SCRIPTS RUN: a tarball NAME-VERSION.tgz; its program is the shell script RUN
        mkdir -p "$work/package"
        printf '{ "name": "%s", "version": "%s", "scripts": %s, "apps": [{ "script": "run.sh", "interpreter": "sh" }] }\n' \
                "$1" "$2" "$3" >"$work/package/package.json"
        printf '%s\nexec sleep 100000\n' "$4" >"$work/package/run.sh"
        tar -czf "$work/$1-$2.tgz" -C "$work" package
        rm -rf "$work/package"
}
script() { printf '{ "install": "%s" }' "$1"; }   # COMMAND
hostile='python3 /usr/local/share/hostile.py'
pack victim 1.0.0 '{}' ''
pack victim 1.1.0 '{}' ''
pack messy 1.0.0 '{}' "$hostile deep,long,closed,kinds,many \$STATE_DIRECTORY; $hostile deep,long,kinds \$RUNTIME_DIRECTORY; echo made"
for kind in deep long closed kinds; do
        pack "script-$kind" 1.0.0 "$(script "$hostile $kind .")" ''
        pack "script-$kind-fails" 1.0.0 "$(script "$hostile $kind . && exit 3")" ''
done
quiet() { # DESCRIPTION COMMAND...: it succeeds, with no word of anything left
        ok "$@"
        is "... without a warning" "$(grep -E 'Failed|aside|leaving' <<<"$OUTPUT")" ""
}
left() { # what lies where nothing may be left
        find "$staging" /var/lib/private/pm2ctl/staging "$data" /var/lib/pm2ctl-data /run/pm2ctl /run/private/pm2ctl \
                -mindepth 1 -maxdepth 1 2>/dev/null | grep -v "/$1\$"
}


# -- what scripts leave in the staging folder
ok "a module is installed" pm2ctl install "$work/victim-1.0.0.tgz"
fails "a package whose script makes a folder too deep to be adopted is refused" pm2ctl install "$work/script-deep-1.0.0.tgz"
like "... with the limit" "$OUTPUT" "Failed to install '.*script-deep.*: .*more than [0-9]+ directories deep"
ok "one with paths of 25,000 bytes is adopted" pm2ctl install "$work/script-long-1.0.0.tgz"
quiet "... and removed" pm2ctl uninstall script-long
fails "one with a socket too" pm2ctl install "$work/script-kinds-1.0.0.tgz"
ok "one with closed folders is adopted" pm2ctl install "$work/script-closed-1.0.0.tgz"
quiet "... and removed" pm2ctl uninstall script-closed
for kind in deep long closed kinds; do
        fails "a script that leaves '$kind' and fails" pm2ctl install "$work/script-$kind-fails-1.0.0.tgz"
        is "... leaves nothing" "$(left victim)" ""
done
quiet "others are updated" pm2ctl install "$work/victim-1.1.0.tgz"
quiet "asked about" pm2ctl outdated
quiet "rolled back" pm2ctl rollback victim

# -- the same left by commands that were killed
mkdir -p "$staging/7/tree" "/var/lib/private/pm2ctl/staging/7/tree" "$staging/removed-gone"
$hostile deep,long,closed,kinds "$staging/7/tree" /var/lib/private/pm2ctl/staging/7/tree "$staging/removed-gone" 2>/dev/null
mkdir -p /var/lib/pm2ctl/modules/uncommitted/releases
$hostile deep,kinds /var/lib/pm2ctl/modules/uncommitted/releases 2>/dev/null
quiet "what killed commands left is cleared" pm2ctl outdated
is "... all of it" "$(left victim; ls /var/lib/pm2ctl/modules)" "victim"

# -- what a module leaves
ok "a module that makes its folders hard to remove is installed" pm2ctl install "$work/messy-1.0.0.tgz"
ok "... and makes them" wait_for 30 output_has '^made$' journalctl -u pm2@messy.service -o cat
ok "it starts again with them" pm2ctl restart messy
quiet "it is uninstalled" pm2ctl uninstall messy
is "... with all of them" "$(left victim)" ""
quiet "another is updated" pm2ctl install "$work/victim-1.1.0.tgz"

# -- what cannot be removed, since something is mounted there
mkdir -p "$work/foreign/kept" "$staging/9/tree/mounted" /var/lib/private/pm2ctl/staging/9/deep
echo foreign >"$work/foreign/file"
mount --bind "$work/foreign" "$staging/9/tree/mounted"
mount -t tmpfs tmpfs /var/lib/private/pm2ctl/staging/9/deep
touch /var/lib/private/pm2ctl/staging/9/deep/kept
ok "what is mounted in a leftover" pm2ctl outdated
is "... is named" "$(grep -cE "Failed to remove .*/staging/9: Device or resource busy; moved it to .*/staging/.aside/9\..*unmount" <<<"$OUTPUT")" 2
ok "... and not emptied" test -d "$work/foreign/kept" -a -e "$(echo /var/lib/private/pm2ctl/staging/.aside/9.*/deep/kept)"

ok "the module again" pm2ctl install "$work/messy-1.0.0.tgz"
pm2ctl stop messy >/dev/null 2>&1
touch "$data/messy/file"
mount --bind "$work/foreign/file" "$data/messy/file"
ok "with a mount in its data it is uninstalled" pm2ctl uninstall messy
is "... with one warning" "$(grep -c "Failed to remove" <<<"$OUTPUT")" 1
like "... that names the place, the reason, the new place and a remedy" "$OUTPUT" \
        "Failed to remove $data/messy: Device or resource busy; moved it to $data/\.aside/messy\.[0-9a-f]+: unmount"
is "... where that alone is left" "$(ls -A "$data"/.aside/messy.*)" file
is "it is not listed" "$(pm2ctl list --json=short | json "[m['name'] for m in d]")" '["victim"]'
for command in "install $work/messy-1.0.0.tgz" "rollback victim" outdated "uninstall messy"; do
        # shellcheck disable=SC2086
        quiet "'${command%% *}' works as ever" pm2ctl $command
done

pm2ctl -q install "$work/victim-1.1.0.tgz" 2>/dev/null
old=$(find /var/lib/pm2ctl/modules/victim/releases -maxdepth 1 -name '1.0.0-*' | head -n 1)
mount --bind "$work/foreign/file" "$old/module.json"
pm2ctl -q install "$work/victim-1.1.0.tgz" 2>/dev/null
ok "an old release that cannot be removed" pm2ctl -q install "$work/victim-1.0.0.tgz"
is "... is set aside" "$(find /var/lib/pm2ctl/modules/.aside -mindepth 1 -maxdepth 1 | wc -l)" 1
quiet "... and holds up nothing" pm2ctl rollback victim

mkdir "$staging/8"
mount --bind "$work/foreign" "$staging/8"
ok "a staging folder that cannot be moved either" pm2ctl outdated
is "... is a warning" "$(grep -c "Failed to remove $staging/8, leaving it there: Device or resource busy; unmount" <<<"$OUTPUT")" 1
ok "... beside which others are installed" pm2ctl install "$work/messy-1.0.0.tgz"
pm2ctl stop messy >/dev/null 2>&1
mount --bind "$work/foreign" "$data/messy"
ok "a module is uninstalled whose data is a mount" pm2ctl uninstall messy
like "... which is named" "$OUTPUT" "Failed to remove $data/messy, leaving it there: Device or resource busy; unmount"
is "nothing of what was mounted is gone" "$(ls "$work/foreign")" $'file\nkept'
awk '{ print $5 }' /proc/self/mountinfo | grep -E '/pm2ctl(-data)?/' | xargs -d '\n' umount
rm -rf "$data/messy"
quiet "after the unmount" pm2ctl outdated
is "... all of it goes" "$(left victim)$(find /var/lib/pm2ctl /var/lib/private/pm2ctl* -name .aside)" ""

# -- a user's own
add_user alice 4001
use_local_registry /home/alice
mkdir -m 755 /home/alice/packages
cp "$work"/*.tgz /home/alice/packages
state=/home/alice/.local/state/pm2ctl
alice() { as_user alice "$@"; }
ok "alice installs a module" alice pm2ctl install /home/alice/packages/victim-1.0.0.tgz
fails "a package of hers that is too deep is refused" alice pm2ctl install /home/alice/packages/script-deep-1.0.0.tgz
like "... with the limit" "$OUTPUT" "more than [0-9]+ directories deep"
fails "one that leaves closed folders and fails" alice pm2ctl install /home/alice/packages/script-closed-fails-1.0.0.tgz
is "nothing is left" "$(ls -A "$state/staging")" ""
alice mkdir -p "$state/staging/7/tree" "$state/staging/removed-gone"
# shellcheck disable=SC2086
alice $hostile deep,long,closed,kinds "$state/staging/7/tree" "$state/staging/removed-gone" 2>/dev/null
quiet "hers of killed commands is cleared" alice pm2ctl outdated
is "... all of it" "$(ls -A "$state/staging")" ""
ok "a module of hers that makes its folders hard to remove" alice pm2ctl install /home/alice/packages/messy-1.0.0.tgz
ok "... makes them" wait_for 30 output_has '^made$' alice journalctl --user-unit=pm2@messy.service -o cat
quiet "... is uninstalled" alice pm2ctl uninstall messy
is "... with all of them" "$(find "$state/data" /run/user/4001/pm2ctl -name 'messy*')" ""
mkdir -p "$state/modules/victim/of-root"
touch "$state/modules/victim/of-root/file"
ok "a module of hers with a folder of root's" alice pm2ctl uninstall victim
like "... is set aside with a warning" "$OUTPUT" "Failed to remove $state/staging/removed-victim: Permission denied; moved it to $state/staging/.aside/removed-victim"
is "... once" "$(grep -c "Failed to remove" <<<"$OUTPUT")" 1
quiet "... and holds up nothing" alice pm2ctl install /home/alice/packages/victim-1.0.0.tgz
rm -r "$state"/staging/.aside/removed-victim*/of-root
quiet "... and goes later" alice pm2ctl outdated
is "nothing is left" "$(ls -A "$state/staging")" ""
done_testing
