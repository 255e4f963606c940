#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The registry's client against servers on loopback that misbehave, and that ask for credentials. TAP.
command -v node >/dev/null || { echo "1..0 # SKIP node, which plays the registry, is not installed"; exit 0; }
dir=${top_srcdir:-.}/tests/npm
{
        # one that ends before its last test would go unnoticed below
        for test in registry credentials; do
                node "$dir/$test-test.js" "${top_builddir:-.}/registry-client" || echo "not ok 0 - $test-test.js: status $?"
        done
} | awk '/^(not )?ok /{ sub(/ok [0-9]+/, "ok " ++n) } !/^1\.\./{ print; fflush() } END{ print "1.." n }'
