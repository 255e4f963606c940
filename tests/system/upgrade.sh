#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 120
#
# pm2ctl itself comes and goes: another version takes over what runs, what a newer one wrote is refused by name, and
# removing it leaves what it had installed.
. "${0%/*}/lib.sh"
use_local_registry

programs=(/usr/bin/pm2ctl /usr/libexec/pm2ctl/*)
state=/var/lib/pm2ctl
pids() { for name in hello acme:tool sends; do systemctl show -P MainPID "pm2@$name.service"; done | tr '\n' ' '; }
runs() { systemctl show -P InvocationID "pm2@$1.service"; }

lay_over() { # another version, as a package would: new files under the old names, then what its scripts do
        python3 - "$(pm2ctl --version | sed 's/^pm2ctl //')" "${programs[@]}" <<'END'
import os, shutil, sys
old = sys.argv[1].encode()
new, changed = b"9" * len(old), 0
for path in sys.argv[2:]:
    data = open(path, "rb").read()
    changed += data.count(b"\0" + old + b"\0") + data.count(b"pm2ctl " + old)
    data = data.replace(b"\0" + old + b"\0", b"\0" + new + b"\0").replace(b"pm2ctl " + old, b"pm2ctl " + new)
    with open(path + ".new", "wb") as f:
        f.write(data)
    shutil.copymode(path, path + ".new")
    os.rename(path + ".new", path)
sys.exit(not changed)
END
        systemctl daemon-reload
        systemctl try-restart pm2-axm-relay.service
}

# refused FILE CONTENT COMMAND...: with that file, which is put back afterwards, a command fails and names it
refused() {
        local file=$1 content=$2 kept sum; shift 2
        kept=$(mktemp)
        cp -p "$file" "$kept"
        printf '%s\n' "$content" >"$file"
        sum=$(sha256sum <"$file")
        exits "$(basename "$file") of a newer one is refused by '$2'" 1 "$@"
        like "... by name" "$OUTPUT" "$(basename "$file")"
        is "... and stays as it is" "$(sha256sum <"$file")" "$sum"
        cp -p "$kept" "$file"
}

# -- what runs since a version that knew no limits
ok "a module is installed" pm2ctl install hello
systemctl stop pm2.slice run-pm2ctl.mount
systemctl mask -q --runtime run-pm2ctl.mount
ok "... and runs as 0.1 started it" systemd-run -q --unit=pm2@hello --slice=pm2.slice -p DynamicUser=yes -p User=pm2-hello \
        -p StateDirectory=pm2ctl-data/hello -p RuntimeDirectory=pm2ctl/hello -p NotifyAccess=all -p Type=notify \
        -p LoadCredential=global:/etc/pm2ctl/settings.ini -p 'SetCredential=global:\n' -p 'SetCredential=module:\n' \
        -p WorkingDirectory=/var/lib/pm2ctl/modules/hello/current/node_modules/hello /usr/libexec/pm2ctl/pm2-launch hello
systemctl unmask -q --runtime run-pm2ctl.mount
limits_of() { pm2ctl show hello --json=short | json "[d['limits'][k] for k in ('memory', 'folders', 'runtime', 'io_uring', 'addresses_denied')]"; }
is "the list has it" "$(pm2ctl list --json=short | json "d[0]['active']")" active
is "show says that it has no limits" "$(limits_of)" '[null, {}, null, true, []]'
like "... in words" "$(pm2ctl show hello)" '^  runtime folders = on /run, until all modules are stopped, or at the next boot$'
ok "a restart" pm2ctl restart hello
like "... brings the limits" "$(limits_of)" '^.4294967296, ."/dev/shm": 67108864, "/run/lock": 1048576., .*, false, ."100'
ok "another one beside it" pm2ctl install sends
ok "when all were stopped" pm2ctl stop hello sends
ok "... and are started" pm2ctl start hello sends
is "... their runtime folders have a limit too" "$(limits_of | cut -d, -f4)" ' 67108864'
ok "both are removed" pm2ctl uninstall --purge hello sends

# -- taking over
ok "modules are installed" pm2ctl install hello @acme/tool sends
ok "... one set up" pm2ctl set sends:owner before
ok "... and recorded" wait_for 20 output_has '"owner":"before"' pm2ctl show sends --json=short
before=$(pids)
ok "another version is laid over them" lay_over
like "... it is another" "$(pm2ctl --version)" '9$'
is "all run on" "$(pids)" "$before"
is "the list has them" "$(pm2ctl list --json=short | json "[(m['name'], m['active']) for m in d]")" \
        '[["@acme/tool", "active"], ["hello", "active"], ["sends", "active"]]'
is "... with their processes" "$(pm2ctl list --json=short | json "' '.join(str(m['pid']) for m in sorted(d, key=lambda m: m['pm_id']))")" \
        "${before% }"
ok "show has what was recorded" output_has '"owner":"before"' pm2ctl show sends --json=short
before=$(runs hello)
ok "set" pm2ctl set sends:owner after
ok "... reaches the module by way of the new relay" wait_for 20 output_has '"owner":"after"' pm2ctl show sends --json=short
is "... and no other" "$(runs hello)" "$before"
ok "restart" pm2ctl restart hello
ok "... with the new launcher" systemctl is-active -q pm2@hello.service
ok "restart by systemctl" systemctl restart pm2@acme:tool.service
ok "update" pm2ctl install hello@1.0.0
is "nothing has failed" "$(systemctl list-units --failed --plain --no-legend 'pm2*')" ""

# -- what a newer one wrote
refused "$(readlink -f $state/modules/hello/current)/module.json" \
        '{ "format": 99, "name": "hello", "version": "1.0.0", "pm_id": 0, "new": {} }' pm2ctl install hello@1.1.0
like "... as what it is" "$OUTPUT" 'newer pm2ctl'
refused $state/axm/sends.json '{ "version": 99, "options": [] }' pm2ctl show sends
like "... as what it is" "$OUTPUT" 'newer pm2ctl'
refused /etc/pm2ctl/modules/sends.ini "$(printf '[settings-of-the-future]\nowner = x')" pm2ctl set sends:owner again
like "... with what is strange about it" "$OUTPUT" 'line 1: .*\[settings-of-the-future\]'
is "afterwards all is as before" "$(pm2ctl list --json=short | json "[m['active'] for m in d]")" '["active", "active", "active"]'
is "... with its settings" "$(pm2ctl get sends:owner)" after

# -- removal
if command -v make >/dev/null && [ -e "$BUILD/Makefile" ]; then
        before=$(pids)
        touch "$(readlink -f /var/lib/pm2ctl-data/sends)/precious"
        kept() { find -L /etc/pm2ctl $state /var/lib/pm2ctl-data ! -path '*/axm/*' | sort; }
        kept >/root/kept
        ok "make uninstall" make -s -C "$BUILD" uninstall
        for folder in /etc/pm2ctl $state /var/lib/pm2ctl-data; do
                like "... says what it leaves in $folder" "$OUTPUT" "Left in place:.* ${folder}[ ;]"
        done
        is "... leaves it" "$(diff /root/kept <(kept))" ""
        is "... and nothing else" "$(find /usr /etc/systemd -path "${TESTS%/*}" -prune -o \( -name '*pm2ctl*' -o -name 'pm2-*' \) \
                ! -type l -print | grep -v node_modules)" ""
        is "modules run on" "$(pids)" "$before"
        ok "... until they are stopped, as it said" systemctl stop pm2.slice
        is "... all of them" "$(systemctl list-units --plain --no-legend 'pm2@*')" ""
else
        skip "make uninstall" "there is no build beside the tests, or no make"
fi
done_testing
