#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is said of modules that a person looks at or means, in the user scope of folders of our own and without a
# manager. TAP.
set -u
. "${0%/*}/lib.sh"
top_builddir=$(cd "${top_builddir:-$(dirname "$0")/../..}" && pwd)
tmp=$(realpath "$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)") || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
mkdir bin
export HOME=$tmp XDG_CONFIG_HOME=$tmp/config XDG_STATE_HOME=$tmp/state XDG_RUNTIME_DIR=$tmp/run PATH=$tmp/bin:$PATH
unset DBUS_SESSION_BUS_ADDRESS
# Stand-ins for what pm2ctl hands over to: they tell how they were called.
for program in systemctl journalctl; do
        printf '#!/bin/sh\necho "%s $*"\n' "$program" >"bin/$program"
        chmod +x "bin/$program"
done
no_manager="there is no systemd user manager for UID $(id -u).*; log in, or let it run without: loginctl enable-linger"

pm2ctl() { "$top_builddir/pm2ctl" --user "$@"; }

status "list where nothing was ever installed" 0 pm2ctl list
says "... says so" "No modules are installed"
status "... status of a module too" 4 pm2ctl status tool

install_module tool '{"name":"tool","version":"1.0.0","main":"x.js"}'
install_module other '{"name":"other","version":"1.0.0","main":"x.js"}' '"pm_id":7'

# -- without a manager
status "list shows what is installed" 0 pm2ctl list
says "... as not running" "^ 0 tool .* inactive dead "
says "... and why, with a remedy" "^pm2ctl: No module runs: $no_manager"
is "... once" 1 "$(grep -c '^pm2ctl:' <<<"$output")"
status "list --json" 0 pm2ctl list --json=short
says "... has them too" '^\[\{"name":"other",.*"active":"inactive",.*"name":"tool",.*"active":"inactive",'
status "show shows what is known" 0 pm2ctl show tool
says "... and says it too" "^pm2ctl: No module runs: $no_manager"
status "jlist lists them" 0 pm2ctl jlist
is "... and says it once" 1 "$(grep -c 'No module runs' <<<"$output")"
status "status fails" 1 pm2ctl status tool
one_sentence "... in a sentence of ours" "^pm2ctl: Cannot show the status of modules: $no_manager"
for verb in start stop restart env; do
        status "$verb fails" 1 pm2ctl "$verb" tool
        says "... with the same remedy" "$no_manager"
done

done_testing
