/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/interpreter.h"

#include "model/app.h"
#include "tap.h"

static const char *of(const char *script, const char *interpreter, const char *head,
                      bool executable) {
        App app = { .script = (char *) script, .interpreter = (char *) interpreter };

        return interpreter_of(&app, head, head ? strlen(head) : 0, executable);
}

static void test_extensions(void) {
        static const char *const table[][2] = {
                { "index.js", "node" },  { "a/b.cjs", "node" },   { "b.mjs", "node" },
                { "run.sh", "bash" },    { "run.py", "python3" }, { "x.rb", "ruby" },
                { "x.php", "php" },      { "x.pl", "perl" },      { "x.coffee", "coffee" },
                { "x.ls", "lsc" },       { "x.ts", "bun" },       { "x.tsx", "bun" },
                { "x.unknown", "node" }, { "plain", "node" },     { "dir.sh/plain", "node" },
                { ".sh", "node" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                ok_str(of(table[i][0], NULL, NULL, false), table[i][1]);
        ok_str(of("index.js", "none", NULL, true), "none");
        ok_str(of("run.sh", "/bin/dash", "#!/bin/bash\n", true), "/bin/dash");
}

static void test_heads(void) {
        ok_str(of("tool", NULL, "\177ELF\2\1\1", false), "none");
        ok_str(of("tool", NULL, "#!/bin/sh\necho node\n", true), "none");
        ok_str(of("tool", NULL, "#!/bin/sh\n", false), "node");
        ok_str(of("tool", NULL, "#!/usr/bin/env node\n", true), "node");
        ok_str(of("tool", NULL, "#!", true), "none");
        ok_str(of("tool", NULL, "", true), "node");
        ok_str(of("run.sh", NULL, "\177ELF\2\1\1", true), "bash");
}

int main(void) {
        test_extensions();
        test_heads();
        ok(interpreter_is_node("node") && interpreter_is_node("/opt/x/bin/node"));
        ok(interpreter_is_node("nodejs") && !interpreter_is_node("bash"));
        ok(!interpreter_is_node("/opt/node/bin/python3"));
        ok_str(interpreter_instead_of("bun"), "node");
        ok_str(interpreter_instead_of("bash"), NULL);
        return tap_done();
}
