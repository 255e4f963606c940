/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/preflight.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/log.h"
#include "basic/process.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/interpreter.h"
#include "store/script.h"

/* What systemd gives a system unit that says nothing else. */
#define UNIT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* ProtectHome= hides these from a module's unit. */
static bool is_below_home(const char *path) {
        return startswith(path, "/root/") || startswith(path, "/home/") ||
               startswith(path, "/run/user/");
}

static int check_interpreter(int fd, const char *interpreter, const char *where, ScopeKind scope,
                             Error *e) {
        const char *path = scope == SCOPE_SYSTEM ? UNIT_PATH : getenv("PATH");
        _cleanup_(freep) char *elsewhere = NULL, *found = NULL;
        int r;

        if (streq(interpreter, INTERPRETER_NONE))
                return 0;
        if (strchr(interpreter, '/')) {
                if (faccessat(fd, interpreter, X_OK, 0) < 0)
                        return error_set(e, -ENOENT, "%s: the interpreter %s is not there: %s",
                                         where, interpreter, strerror(errno));
                if (scope == SCOPE_SYSTEM && is_below_home(interpreter))
                        return error_set(e, -EACCES,
                                         "%s: a unit's sandbox cannot reach the interpreter %s; "
                                         "install it in /usr/local",
                                         where, interpreter);
                return 0;
        }

        r = find_program(path, interpreter, &found);
        if (r != 0)
                return MIN2(r, 0);
        r = find_program(getenv("PATH"), interpreter, &elsewhere);
        if (r < 0)
                return r;
        if (r > 0)
                return error_set(e, -ENOENT,
                                 "%s: the interpreter '%s' is only at %s, which a unit cannot "
                                 "reach; install it in %s",
                                 where, interpreter, elsewhere,
                                 "/usr/local/bin or by the package manager");
        return error_set(e, -ENOENT, "%s: the interpreter '%s' is not installed (looked in %s)",
                         where, interpreter, path);
}

static int check_app(int fd, const App *app, const char *where, ScopeKind scope, Error *e) {
        _cleanup_(closep) int script_fd = -EBADF, cwd_fd = -EBADF;
        const char *interpreter, *instead;
        char head[INTERPRETER_HEAD_SIZE];
        struct stat st;
        ssize_t n;
        int r;

        script_fd = script_open(fd, app->script, /* beneath= */ true, /* ret_path= */ NULL);
        if (script_fd == -EXDEV || script_fd == -ELOOP)
                return error_set(e, -EINVAL, "%s: the script '%s' leads out of the package", where,
                                 app->script);
        if (script_fd == -EISDIR)
                return error_set(e, -EINVAL, "%s: the script '%s' is no file", where, app->script);
        if (script_fd < 0)
                return error_set(e, script_fd, "%s: the script '%s' is not in the package", where,
                                 app->script);
        if (app->cwd) {
                cwd_fd = open_beneath(fd, app->cwd, O_PATH | O_DIRECTORY);
                if (cwd_fd < 0)
                        return error_set(e, cwd_fd,
                                         "%s: the folder '%s' (cwd) is not in the package", where,
                                         app->cwd);
        }

        n = pread(script_fd, head, sizeof(head), 0);
        if (n < 0 || fstat(script_fd, &st) < 0)
                return error_set(e, -errno, "%s: cannot read the script '%s': %s", where,
                                 app->script, strerror(errno));

        interpreter = interpreter_of(app, head, (size_t) n, st.st_mode & 0111);
        r = check_interpreter(fd, interpreter, where, scope, e);
        instead = app->interpreter ? NULL : interpreter_instead_of(interpreter);
        if (r < 0 && instead && check_interpreter(fd, instead, where, scope, NULL) >= 0) {
                error_clear(e);
                return 0;
        }
        return r;
}

int preflight(int fd, const Package *p, ScopeKind scope, Error *e) {
        for (size_t i = 0; i < p->n_apps; i++) {
                char where[64];
                int r;

                (void) snprintf(where, sizeof(where),
                                p->n_apps == 1 ? "package.json" : "package.json, app %zu", i + 1);
                r = check_app(fd, p->apps + i, where, scope, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

int preflight_env(const Package *p, const char *env, Error *e) {
        for (size_t i = 0; env && i < p->n_apps; i++)
                if (json_has(p->apps[i].envs, env))
                        return 0;
        return env ? error_set(e, -EINVAL, "--env: no app in its package.json has a field 'env_%s'",
                               env)
                   : 0;
}

void preflight_notice_ignored(const Package *p) {
        _cleanup_(strv_freep) char **ignored = NULL;
        _cleanup_(freep) char *joined = NULL;

        for (size_t i = 0; i < p->n_apps; i++)
                STRV_FOREACH(field, p->apps[i].ignored)
                        if (!strv_contains(ignored, *field) && strv_extend(&ignored, *field) < 0)
                                return;
        joined = strv_join(ignored, ", ");
        if (ignored && joined)
                log_notice("%s: these fields of package.json have no effect here: %s", p->name,
                           joined);
}
