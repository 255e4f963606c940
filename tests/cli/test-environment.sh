#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Environment variables that name programs and files: root's and a privileged program's pm2ctl ignore those that could
# make it run or read what its caller chose, and say so. Canaries tell whether something was run. TAP; only as root.
set -u
. "${0%/*}/lib.sh"

top_builddir=$(cd "${top_builddir:-$(dirname "$0")/../..}" && pwd)
namespace=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)/tests/namespace.py
[ "$(id -u)" -eq 0 ] || { skip 'variables that name programs' 'only root can make a setuid program'; done_testing; }

# a file system that honours setuid bits, with a way to it that everybody may go
tmp=$(mktemp -d -p /var/tmp) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
chmod 755 "$tmp"
mkdir evil home package state
chmod 777 state
cp "$top_builddir/pm2ctl" pm2ctl
for program in pm2-fetch systemctl journalctl node git; do
        printf '#!/bin/sh\necho "$0" >>%s/state/canary\n' "$tmp" >"evil/$program"
        chmod 755 "evil/$program"
done
echo '{"name":"tool","version":"1.0.0","apps":[{"script":"a.js"}]}' >package/package.json
echo 'x' >package/a.js

bites() { [ -e state/canary ]; local r=$?; rm -f state/canary; return $r; }

# ignored NAME VARIABLE COMMAND…: it names the variable, and runs no canary
ignored() {
        output=$("${@:3}" 2>&1 </dev/null)
        ! bites
        result $? "$1: nothing of the caller's is run" "$output"
        says "$1: a warning names $2" "^pm2ctl: .*\b$2\b.* ignored|ignored.*\b$2\b"
}

# -- root
export PM2CTL_LIBEXECDIR=$tmp/evil HOME=$tmp/home
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME DBUS_SESSION_BUS_ADDRESS
export XDG_RUNTIME_DIR=$tmp/home
ignored 'package as root' PM2CTL_LIBEXECDIR ./pm2ctl package package
ignored 'publish as root' PM2CTL_LIBEXECDIR ./pm2ctl publish --dry-run package
ignored 'install --user as root, without a manager' PM2CTL_LIBEXECDIR ./pm2ctl --user install some-module
ignored 'package --quiet as root' PM2CTL_LIBEXECDIR ./pm2ctl --quiet package package
is 'it is said once' 1 "$(./pm2ctl package package 2>&1 | grep -c PM2CTL_LIBEXECDIR)"
output=$(env -u PM2CTL_LIBEXECDIR ./pm2ctl package package 2>&1)
says 'without the variable there is no warning' '^pm2ctl: [^P]*$'
is 'nor when it does not run as root' '' "$(setpriv --reuid=65534 --clear-groups ./pm2ctl generate -q state/x 2>&1 | grep PM2CTL)"
setpriv --reuid=65534 --regid=65534 --clear-groups ./pm2ctl package package >/dev/null 2>&1
bites
result $? 'for a user it is what the manual says'

# -- secure execution: a setuid, a setgid copy, and one with a file capability
cp pm2ctl setuid && chmod 4755 setuid
cp pm2ctl setgid && chgrp 65534 setgid && chmod 2755 setgid
cp pm2ctl capable && setcap cap_chown+ep capable 2>/dev/null || rm -f capable
as_nobody() { setpriv --reuid=65534 --regid=65533 --clear-groups "$@"; }
if [ "$(as_nobody ./setuid package package 2>&1 | grep -c PM2CTL_LIBEXECDIR)" -eq 0 ] &&
        findmnt -no OPTIONS -T . | grep -q nosuid; then
        skip 'secure execution' 'the file system has no setuid bits'
        done_testing
fi
ignored 'package, setuid' PM2CTL_LIBEXECDIR as_nobody ./setuid package package
ignored 'publish, setuid' PM2CTL_LIBEXECDIR as_nobody ./setuid publish --dry-run package
ignored 'package, setgid' PM2CTL_LIBEXECDIR ./setgid package package
if [ -e capable ]; then
        ignored 'package, with a capability' PM2CTL_LIBEXECDIR as_nobody ./capable package package
else
        skip 'with a capability' 'the file system has no file capabilities'
fi

# the module is there by XDG_STATE_HOME only
XDG_STATE_HOME=$tmp/home/state install_module planted '{"name":"planted","version":"1.0.0","apps":[{"script":"a.js"}]}'
chmod -R a+rX home
export XDG_STATE_HOME=$tmp/home/state
is 'XDG_STATE_HOME counts otherwise' planted "$(./pm2ctl --user --no-legend list 2>/dev/null | awk '{ print $2 }')"
for copy in setgid setuid; do
        output=$(as_nobody ./$copy --user list 2>&1)
        ! grep -v ignored <<<"$output" | grep -q planted
        result $? "$copy: what XDG_STATE_HOME names is not read" "$output"
        says "$copy: a warning names it" 'ignored.*\bXDG_STATE_HOME\b'
done

done_testing
