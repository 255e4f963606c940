#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 180
# Modules that speak to the service manager themselves (sd_notify(3)): to stay when they are stopped, to be left alone,
# to be taken for what they are not.
. "${0%/*}/lib.sh"

packages=/srv/packages

# publish NAME VERSION [FIELDS-OF-THE-APP]: a module that ends when it is told to; one that finds a file `say` among its
# data does not, and tells the manager what is in there, again and again
publish() {
        mkdir -p "$packages/$1/$2"
        printf '{"name":"%s","version":"%s","apps":[{"script":"run.py","interpreter":"python3","kill_timeout":500%s}]}\n' \
                "$1" "$2" "${3:+,$3}" >"$packages/$1/$2/package.json"
        cat >"$packages/$1/$2/run.py" <<'P'
import os, signal, socket, sys, time
say = os.environ["HOME"] + "/say"
for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(s, lambda *_: os.path.exists(say) or sys.exit(0))
if not os.path.exists(say):
    os.write(3, b'"ready"\n')
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
while True:
    try:
        notify.sendto(open(say, "rb").read(), "/run/systemd/notify")
    except OSError:
        pass
    time.sleep(0.1)
P
}
pid_of() { systemctl show -P MainPID "pm2@$1.service"; }
says() { printf '%b' "$2" >"/var/lib/pm2ctl-data/$1/say" && chmod 644 "/var/lib/pm2ctl-data/$1/say"; }   # NAME TEXT

# The administrator opens the socket to these, so that what they say counts wherever this runs.
verbs=(stop restart set update rollback uninstall)
late=("${verbs[@]/#/late-}")
for name in "${late[@]}" late-start; do
        publish "$name" 1.0.0
        mkdir -p "/etc/systemd/system/pm2@$name.service.d"
        printf '[Service]\nInaccessiblePaths=\n' >"/etc/systemd/system/pm2@$name.service.d/open.conf"
done
publish late-start 1.0.0 '"wait_ready":true,"listen_timeout":1000'
serve_packages "$packages" && use_registry "$SERVED"
ok "modules are installed" pm2ctl install "${late[@]}" late-start
publish late-update 1.1.0
publish late-rollback 1.1.0
ok "... one of them in two versions" pm2ctl update late-rollback
pm2ctl -q stop late-start

# -- the time they take
declare -A pid
for name in "${late[@]}" late-start; do
        pid[$name]=$(pid_of "$name")
        says "$name" EXTEND_TIMEOUT_USEC=3600000000
done
in_time() { # VERB ARGUMENT...: beside others; without a limit of ours it would take an hour
        local r=0
        timeout 60 pm2ctl "$@" >"/root/said-$1" 2>&1 || r=$?
        echo "$r" >"/root/status-$1"
}
for verb in "${verbs[@]}" start; do
        if [ "$verb" = set ]; then in_time set late-set:key value; else in_time "$verb" "late-$verb"; fi &
done
wait $(jobs -p | tail -n $((${#verbs[@]} + 1)))
for verb in "${verbs[@]}"; do
        is "$verb of a module that extends its time limit comes to an end" "$(cat "/root/status-$verb")" 0
        is "... with one warning" "$(grep -c 'did not stop' "/root/said-$verb")" 1
        like "... that says why" "$(cat "/root/said-$verb")" \
                "^pm2ctl: pm2@late-$verb.service did not stop within its time limit of 0.5 s, so it was killed\.$"
        fails "... and its process is gone" test -e "/proc/${pid[late-$verb]}"
done
is "start of a module that extends its time limit comes to an end" "$(cat /root/status-start)" 1
like "... with a reason" "$(cat /root/said-start)" "^pm2ctl: pm2@late-start.service did not start within its time limit of 1.0 s"
for name in late-restart late-set late-update late-rollback; do
        ok "$name runs" systemctl is-active "pm2@$name.service"
done
is "update brought the new version" "$(pm2ctl list --json=short | json "next(m['version'] for m in d if m['name'] == 'late-update')")" 1.1.0
is "rollback the old one" "$(pm2ctl list --json=short | json "next(m['version'] for m in d if m['name'] == 'late-rollback')")" 1.0.0
fails "late-stop is stopped" systemctl is-active pm2@late-stop.service
fails "late-uninstall is gone" pm2ctl show late-uninstall
done_testing
