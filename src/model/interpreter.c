/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/interpreter.h"

#include "basic/path.h"
#include "basic/string-util.h"
#include "model/app.h"

#define INTERPRETER_NODE "node"

/* PM2's table, with python3 for the name that today's systems no longer have. */
static const struct {
        const char *extension, *interpreter;
} extensions[] = {
        { ".js", INTERPRETER_NODE },
        { ".cjs", INTERPRETER_NODE },
        { ".mjs", INTERPRETER_NODE },
        { ".sh", "bash" },
        { ".py", "python3" },
        { ".rb", "ruby" },
        { ".php", "php" },
        { ".pl", "perl" },
        { ".coffee", "coffee" },
        { ".ls", "lsc" },
        { ".ts", "bun" },
        { ".tsx", "bun" },
};

/* "#!/usr/bin/env node" and the like. */
static bool names_node(const char *head, size_t size) {
        const char *end = memchr(head, '\n', size);
        size_t line = end ? (size_t) (end - head) : size;

        return memmem(head, line, INTERPRETER_NODE, strlen(INTERPRETER_NODE));
}

static const char *by_head(const char *head, size_t size, bool executable) {
        if (size >= 4 && memcmp(head, "\177ELF", 4) == 0)
                return INTERPRETER_NONE;
        if (executable && size >= 2 && memcmp(head, "#!", 2) == 0 && !names_node(head, size))
                return INTERPRETER_NONE;
        return INTERPRETER_NODE;
}

/* NULL: any. */
static const char *by_extension(const char *script) {
        const char *extension = path_extension(script);

        for (size_t i = 0; i < ELEMENTSOF(extensions); i++)
                if (streq(extension, extensions[i].extension))
                        return extensions[i].interpreter;
        return NULL;
}

const char *interpreter_of(const App *app, const void *head, size_t size, bool executable) {
        const char *interpreter;

        assert(app && app->script);

        if (app->interpreter)
                return app->interpreter;
        interpreter = by_extension(app->script);
        if (interpreter)
                return interpreter;
        return head ? by_head(head, size, executable) : INTERPRETER_NODE;
}

const char *interpreter_instead_of(const char *interpreter) {
        return streq(interpreter, "bun") ? INTERPRETER_NODE : NULL;
}

int interpreter_missing(const char *interpreter, const char *path, bool set, Error *e) {
        if (set)
                return error_set(e, -ENOENT,
                                 "its interpreter '%s' is not in %s, the value of the setting "
                                 "'PATH': change or unset it",
                                 interpreter, path);
        return error_set(e, -ENOENT,
                         "its interpreter '%s' is not in the unit's PATH (%s): install it there",
                         interpreter, path ? path : "unset");
}

bool interpreter_is_node(const char *interpreter) {
        const char *name = path_basename(interpreter);

        return streq(name, INTERPRETER_NODE) || streq(name, "nodejs");
}

bool script_may_be_command(const App *app) {
        return script_is_shell_line(app) ||
               ((!app->interpreter || streq(app->interpreter, INTERPRETER_NONE)) &&
                !strchr(app->script, '/') && !by_extension(app->script));
}

bool script_is_shell_line(const App *app) {
        return !app->interpreter && strchr(app->script, ' ');
}
