/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/program.h"

#include <fcntl.h>

#include "basic/child-process.h"
#include "basic/error.h"
#include "basic/fs.h"
#include "basic/json.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "launch/plan.h"
#include "model/interpreter.h"
#include "store/script.h"
#include "store/settings.h"

#define PRELOAD "preload.cjs"

/* Tells the preload which package it is for; it takes it out again, for the module's children. */
#define VARIABLE_PRELOAD "PM2CTL_PRELOAD"

static int use_command(Plan *p) {
        p->command = true;
        p->package_fd = safe_close(p->package_fd);
        p->script = strdup(p->app->script);
        p->interpreter = strdup(script_is_shell_line(p->app) ? COMMAND_SHELL : INTERPRETER_NONE);
        return p->script && p->interpreter ? 0 : -ENOMEM;
}

int program_find_script(Plan *p, Error *e) {
        _cleanup_(closep) int fd = -EBADF;
        _cleanup_(freep) char *path = NULL;
        char head[INTERPRETER_HEAD_SIZE];
        ssize_t n;

        assert(p);
        assert(p->app);
        assert(p->package_fd >= 0);

        fd = script_open(p->package_fd, p->app->script, &path);
        if (fd == -ENOENT && script_may_be_command(p->app))
                return use_command(p);
        if (fd == -EXDEV || fd == -ELOOP)
                return error_set(e, fd, "its script %s/%s leads out of its folder",
                                 p->module.package, p->app->script);
        if (fd < 0)
                return error_set(e, fd, "cannot read its script %s/%s: %s", p->module.package,
                                 p->app->script, strerror(-fd));
        p->script = path_join(p->module.package, path);
        if (!p->script)
                return -ENOMEM;

        n = read(fd, head, sizeof(head));
        if (n < 0)
                return error_set(e, -errno, "cannot read its script %s: %s", p->script,
                                 strerror(errno));
        p->interpreter = strdup(interpreter_of(p->app, head, (size_t) n,
                                               faccessat(p->package_fd, path, X_OK, 0) >= 0));
        p->package_fd = safe_close(p->package_fd);
        return p->interpreter ? 0 : -ENOMEM;
}

/* By PATH as the module will see it; a path that is not absolute begins in the package. */
static int find_interpreter(Plan *p, Error *e) {
        const char *path = strv_env_get(p->env, "PATH"), *instead;
        int r;

        if (streq(p->interpreter, INTERPRETER_NONE))
                return free_and_strdup(&p->program, p->script);
        if (p->interpreter[0] == '/')
                return free_and_strdup(&p->program, p->interpreter);
        if (strchr(p->interpreter, '/')) {
                p->program = path_join(p->module.package, p->interpreter);
                return p->program ? 0 : -ENOMEM;
        }

        r = find_program(path, p->interpreter, &p->program);
        if (r != 0)
                return MIN2(r, 0);
        instead = p->app->interpreter ? NULL : interpreter_instead_of(p->interpreter);
        r = instead ? find_program(path, instead, &p->program) : 0;
        if (r < 0)
                return r;
        if (r > 0)
                return free_and_strdup(&p->interpreter, instead);
        return interpreter_missing(p->interpreter, path,
                                   json_has(settings_tree(p->global), "PATH") ||
                                           json_has(settings_tree(p->settings), "PATH"),
                                   e);
}

/* The preload lies beside this program. */
static int add_preload(Plan *p) {
        _cleanup_(freep) char *self = NULL, *preload = NULL;
        int r;

        if (!p->app->preload || !interpreter_is_node(p->interpreter))
                return 0;

        r = readlink_at(AT_FDCWD, "/proc/self/exe", &self);
        if (r < 0)
                return r;
        r = strdupf(&preload, "%.*s" PRELOAD, (int) (path_basename(self) - self), self);
        if (r < 0)
                return r;
        if (access(preload, R_OK) < 0)
                return 0;

        r = strv_extend(&p->argv, "--require");
        if (r < 0)
                return r;
        r = strv_consume(&p->argv, TAKE_PTR(preload));
        if (r < 0)
                return r;
        return strv_env_set(&p->env, VARIABLE_PRELOAD, p->module.package);
}

/* The administrator's are for the only app; a later version may have others behind it. */
static char *const *app_args(const Plan *p) {
        return p->module.args && p->instance.app == 0 ? p->module.args : p->app->args;
}

static int add_words(char ***argv, char *const *words) {
        int r;

        STRV_FOREACH(word, words) {
                r = strv_extend(argv, *word);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_interpreter(Plan *p) {
        int r;

        if (streq(p->interpreter, INTERPRETER_NONE))
                return 0;
        r = strv_extend(&p->argv, p->interpreter);
        if (r < 0)
                return r;
        r = add_preload(p);
        if (r < 0)
                return r;
        return add_words(&p->argv, p->app->interpreter_args);
}

/* bash -c LINE, with the arguments behind it, or the command itself. */
static int add_command(Plan *p) {
        char *const *args = app_args(p);
        int r;

        if (!script_is_shell_line(p->app)) {
                r = strv_extend(&p->argv, p->script);
                return r < 0 ? r : add_words(&p->argv, args);
        }
        r = add_words(&p->argv, (char *[]) { (char *) COMMAND_SHELL, (char *) "-c", NULL });
        if (r < 0)
                return r;
        r = strv_extendf(&p->argv, "%s \"$@\"", p->script);
        if (r < 0)
                return r;
        r = strv_extend(&p->argv, COMMAND_SHELL);
        return r < 0 ? r : add_words(&p->argv, args);
}

static int build_command(Plan *p, Error *e) {
        const char *path = strv_env_get(p->env, "PATH");
        int r;

        r = find_program(path, script_is_shell_line(p->app) ? COMMAND_SHELL : p->script,
                         &p->program);
        if (r < 0)
                return r;
        if (r == 0)
                return error_set(
                        e, -ENOENT,
                        "its script '%s' is neither in %s nor a command in the unit's PATH "
                        "(%s)",
                        p->script, p->module.package, path ?: "not set");
        return add_command(p);
}

int program_build(Plan *p, Error *e) {
        int r;

        assert(p);
        assert(p->interpreter);
        assert(p->env);

        if (p->command)
                return build_command(p, e);
        r = find_interpreter(p, e);
        if (r < 0)
                return r;
        if (access(p->program, X_OK) < 0)
                return error_set(e, -errno, "cannot execute %s: %s", p->program, strerror(errno));

        r = add_interpreter(p);
        if (r < 0)
                return r;
        r = strv_extend(&p->argv, p->script);
        if (r < 0)
                return r;
        return add_words(&p->argv, app_args(p));
}
