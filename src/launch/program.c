/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/program.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/process.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/interpreter.h"
#include "store/script.h"

#define PRELOAD "preload.cjs"

/* Tells the preload which package it is for; it takes it out again, for the module's children. */
#define VARIABLE_PRELOAD "PM2CTL_PRELOAD"

int program_find_script(Plan *p, Error *e) {
        _cleanup_(closep) int fd = -EBADF;
        _cleanup_(freep) char *path = NULL;
        char head[INTERPRETER_HEAD_SIZE];
        ssize_t n;

        fd = script_open(p->package_fd, p->app->script, &path);
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
        instead = p->app->interpreter ? NULL : interpreter_instead_of(p->interpreter);
        if (r == 0 && instead) {
                r = find_program(path, instead, &p->program);
                if (r > 0 && free_and_strdup(&p->interpreter, instead) < 0)
                        return -ENOMEM;
        }
        if (r == 0)
                return interpreter_missing(p->interpreter, path,
                                           json_has(settings_tree(p->global), "PATH") ||
                                                   json_has(settings_tree(p->settings), "PATH"),
                                           e);
        return r < 0 ? r : 0;
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
        if (asprintf(&preload, "%.*s" PRELOAD, (int) (path_basename(self) - self), self) < 0) {
                preload = NULL;
                return -ENOMEM;
        }
        if (access(preload, R_OK) < 0)
                return 0;

        r = strv_extend(&p->argv, "--require");
        if (r >= 0)
                r = strv_consume(&p->argv, TAKE_PTR(preload));
        return r < 0 ? r : strv_env_set(&p->env, VARIABLE_PRELOAD, p->module.package);
}

int program_build(Plan *p, Error *e) {
        bool none = streq(p->interpreter, INTERPRETER_NONE);
        int r;

        r = find_interpreter(p, e);
        if (r < 0)
                return r;
        if (access(p->program, X_OK) < 0)
                return error_set(e, -errno, "cannot execute %s: %s", p->program, strerror(errno));

        if (!none) {
                r = strv_extend(&p->argv, p->interpreter);
                if (r >= 0)
                        r = add_preload(p);
                STRV_FOREACH(word, p->app->interpreter_args)
                        if (r >= 0)
                                r = strv_extend(&p->argv, *word);
        } else
                r = 0;
        if (r >= 0)
                r = strv_extend(&p->argv, p->script);
        STRV_FOREACH(word, p->app->args)
                if (r >= 0)
                        r = strv_extend(&p->argv, *word);
        return r;
}
