#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is packed of a folder, compared with what npm packs. npm 12 reads "files" anew; what is compared with is the npm
# before it, which is the one people have. TAP.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/npm/oracle.sh
. "$here/oracle.sh"
oracle_get npm-11=npm:npm@11 pm2-server-monit pm2-logrotate pm2-sysmonit
npm=$oracle/node_modules/npm-11 driver=$(oracle_program pack-driver)
many=${PM2CTL_TEST_THOROUGH:+yes}
node "$here/glob-diff.js" "$driver" "$npm" --count "${many:+200}5000" >"$oracle/glob.tap" || { cat "$oracle/glob.tap"; exit 1; }
sed 's/^ok/# ok/; /^1\.\./d' "$oracle/glob.tap"
exec node "$here/pack-diff.js" "$driver" "$(oracle_program pm2-fetch)" "$npm" --count "${many:+20}100" \
        "$oracle"/node_modules/pm2-* "$npm" "$npm"/node_modules/{semver,tar,pacote,minimatch,ini,which,yallist} "$@"
