/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/settings-check.h"

#include "basic/child-process.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/environment.h"
#include "model/interpreter.h"
#include "store/settings-file.h"

int module_check_settings(const Modules *modules, const char *name, Error *e) {
        const char *const files[] = { NULL, name };

        for (size_t i = 0; i < ELEMENTSOF(files); i++) {
                _cleanup_(settings_freep) Settings *s = NULL;
                int r;

                r = settings_load(&modules->scope, files[i], e, &s);
                if (r == -EACCES || r == -EPERM) /* the launcher may read it all the same */
                        error_clear(e);
                else if (r < 0)
                        return r;
        }
        return 0;
}

static int check_bytes(const Settings *global, const Settings *own, Error *e) {
        _cleanup_(freep) char *a = NULL, *b = NULL;
        size_t n, m;

        if (settings_text(global, &a, &n) < 0 || settings_text(own, &b, &m) < 0)
                return -ENOMEM;
        if (n + m > SETTINGS_BYTES_MAX)
                return error_set(e, -E2BIG,
                                 "its settings and the global ones are %zu bytes in their files, "
                                 "systemd takes %u as credentials: shorten or unset some",
                                 n + m, SETTINGS_BYTES_MAX);
        return 0;
}

/* Whether the launcher finds the app's interpreter by a PATH that was set. What only the script
 * itself could tell is left to it. */
static int check_path(const App *app, const char *path, Error *e) {
        static const char no_script[] = "\177ELF";
        _cleanup_(freep) char *found = NULL;
        const char *interpreter, *instead;
        int r;

        if (!path || !app->script)
                return 0;
        interpreter = interpreter_of(app, no_script, sizeof(no_script) - 1, false);
        instead = app->interpreter ? NULL : interpreter_instead_of(interpreter);
        if (strchr(interpreter, '/') || streq(interpreter, INTERPRETER_NONE))
                return 0;
        r = find_program(path, interpreter, &found);
        if (r == 0 && instead)
                r = find_program(path, instead, &found);
        return r == 0 ? interpreter_missing(interpreter, path, /* set= */ true, e) : MIN2(r, 0);
}

/* Makes the environment the launcher would make. */
static int check_environment(const Package *p, const Settings *global, const Settings *own,
                             Error *e) {
        for (size_t i = 0; i < p->n_apps; i++) {
                _cleanup_(json_object_putp) json_object *document = NULL;
                _cleanup_(strv_freep) char **env = NULL;
                const EnvironmentSource source = {
                        .package = p,
                        .app = p->apps + i,
                        .global = settings_tree(global),
                        .module = settings_tree(own),
                };
                int r;

                r = environment_build(&source, &(EnvironmentFacts) {}, e, &env, &document);
                if (r < 0)
                        return r;
                r = check_path(p->apps + i, strv_env_get(env, "PATH"), e);
                if (r < 0)
                        return r;
        }
        return 0;
}

int settings_check_start(const Package *p, const Settings *global, const Settings *own, Error *e) {
        int r;

        r = check_bytes(global, own, e);
        return r < 0 ? r : check_environment(p, global, own, e);
}
