# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For tests that need a real private registry: sourced.

# verdaccio_get FOLDER: has verdaccio in there, fetched once
verdaccio_get() {
        local options=(--no-audit --no-fund --ignore-scripts --loglevel=error)
        mkdir -p "$1" || return
        (
                flock 9
                [ ! -d "$1/node_modules/verdaccio" ] || exit 0
                # the override: a dependency asks for a tag that not every registry has
                echo '{"private":true,"dependencies":{"verdaccio":"^6"},"overrides":{"node-fetch":"^2.6.7"}}' >"$1/package.json"
                cd "$1" || exit
                # Debian 13's npm, 9.2, cannot; but it can run a newer one
                npm install "${options[@]}" || npm exec --yes --package=npm@11 -- npm install "${options[@]}"
        ) 9>"$1/lock" >/dev/null 2>&1 </dev/null
}
