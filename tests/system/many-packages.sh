#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 600
#
# A module with 1,400 packages, and 256 descriptors for whoever handles them: installed from a registry, from the cache,
# without a registry, and updated, in the system's scope and a user's.
. "${0%/*}/lib.sh"

mkdir -p /srv/many
node - <<'JS'
const fs = require('fs'), dependencies = {};
const publish = (name, version, more) => {
        fs.mkdirSync(`/srv/many/${name}/${version}`, { recursive: true });
        fs.writeFileSync(`/srv/many/${name}/${version}/package.json`, JSON.stringify({ name, version, ...more }));
};
for (let i = 0; i < 1400; i++) {
        publish(`p${i}`, '1.0.0', {});
        dependencies[`p${i}`] = '1';
}
for (const version of ['1.0.0', '1.1.0']) {
        publish('many', version, { dependencies, apps: [{ script: 'i.js' }] });
        fs.writeFileSync(`/srv/many/many/${version}/i.js`, 'setInterval(() => {}, 1e6)');
}
JS
serve_packages /srv/many
add_user alice 4001

# What a drop-in says counts for all three, and so does what a manager hands on.
limit() { # FOLDER
        mkdir -p "$1/pm2-fetch@.service.d" "$1/pm2-scripts@.service.d" "$1/pm2-versions@.service.d"
        printf '[Service]\nLimitNOFILE=256\n' | tee "$1"/pm2-{fetch,scripts,versions}@.service.d/few.conf >/dev/null
}
limit /etc/systemd/system
limit /etc/systemd/user
systemctl daemon-reload
as_user alice systemctl --user daemon-reload

packages() { json "d['packages']"; }
in_scope() { # DESCRIPTION COMMAND: pm2ctl in that scope, with few descriptors of its own
        local what=$1; shift
        is "$what: from a registry" "$("$@" install --json=short many@1.0.0 2>/dev/null | packages)" 1401
        ok "... removed" "$@" uninstall many
        is "... from the cache" "$("$@" install --json=short many@1.0.0 2>/dev/null | packages)" 1401
        is "... --offline" "$("$@" install --offline --json=short many@1.0.0 2>/dev/null | packages)" 1401
        is "... another version" "$("$@" install --json=short many 2>/dev/null | packages)" 1401
        ok "... updated" "$@" update many
        ok "... outdated" "$@" outdated many
        ok "... rolled back" "$@" rollback many
        ok "... removed again" "$@" uninstall many
}

few() { bash -c 'ulimit -n 256 && exec pm2ctl "$@"' pm2ctl "$@"; }
alice_few() { as_user alice bash -c 'ulimit -n 256 && exec pm2ctl "$@"' pm2ctl "$@"; }
use_registry "$SERVED"
in_scope "the system" few
use_registry "$SERVED" /home/alice
in_scope "a user" alice_few
done_testing
