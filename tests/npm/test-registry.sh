#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The registry's client against servers on loopback that misbehave, and that ask for credentials. TAP.
command -v node >/dev/null || { echo "1..0 # SKIP node, which plays the registry, is not installed"; exit 0; }
dir=${top_srcdir:-.}/tests/npm
{
        node "$dir/registry-test.js" "${top_builddir:-.}/registry-client"
        node "$dir/credentials-test.js" "${top_builddir:-.}/registry-client"
} | awk '/^(not )?ok /{ sub(/ok [0-9]+/, "ok " ++n) } !/^1\.\./{ print; fflush() } END{ print "1.." n }'
