/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/preflight.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/child-process.h"
#include "basic/fs.h"
#include "basic/open-beneath.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/interpreter.h"
#include "model/name.h"
#include "model/package-units.h"
#include "model/unit-spec-module.h"
#include "model/unit-spec.h"
#include "module/finding.h"
#include "module/modules.h"
#include "store/script.h"

/* What systemd gives a system unit that says nothing else. */
#define UNIT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* ProtectHome= hides these from a module's unit. */
static bool path_is_below_home(const char *path) {
        return startswith(path, "/root/") || startswith(path, "/home/") ||
               startswith(path, "/run/user/");
}

char *preflight_field(const Package *p, size_t app, const char *field) {
        const bool declared = streq_ptr(p->entry, "apps") || streq_ptr(p->entry, "pm2");
        char *text;
        int r;

        r = p->entry_list ? strdupf(&text, "%s[%zu].%s", p->entry, app, field)
            : declared    ? strdupf(&text, "%s.%s", p->entry, field)
                          : strdupf(&text, "%s", p->entry);
        return r < 0 ? NULL : text;
}

/* -- one app -------------------------------------------------------------------------- */

typedef struct Check {
        int fd;
        const Package *package;
        size_t app;
        ScopeKind scope;
        json_object *findings;
} Check;

#define FOUND(c, field, remedy, ...) \
        ({ \
                _cleanup_(freep) char *_field = preflight_field((c)->package, (c)->app, field); \
                _field ? finding_add((c)->findings, FINDING_ERROR, _field, remedy, __VA_ARGS__) \
                       : -ENOMEM; \
        })

/* An interpreter by its path; `hidden`: a unit's sandbox hides it. */
static int check_path(const Check *c, const char *path, bool hidden, bool quiet) {
        int r = faccessat(c->fd, path, X_OK, 0) < 0 ? -errno : 0;

        if (r == 0 && !hidden)
                return 0;
        if (quiet)
                return 1;
        if (r < 0)
                r = FOUND(c, "interpreter", "install it, or correct the path",
                          "the interpreter %s is missing: %s", path, strerror(-r));
        else
                r = FOUND(c, "interpreter", "install it in /usr/local",
                          "a unit's sandbox cannot reach the interpreter %s", path);
        return r < 0 ? r : 1;
}

/* 0 if a unit finds it, 1 if not: then that is a finding, unless `quiet`. */
static int check_interpreter(const Check *c, const char *interpreter, bool quiet) {
        const char *path = c->scope == SCOPE_SYSTEM ? UNIT_PATH : getenv("PATH");
        _cleanup_(freep) char *elsewhere = NULL, *found = NULL;
        int r;

        if (streq(interpreter, INTERPRETER_NONE))
                return 0;
        if (strchr(interpreter, '/'))
                return check_path(c, interpreter,
                                  c->scope == SCOPE_SYSTEM && path_is_below_home(interpreter),
                                  quiet);

        r = find_program(path, interpreter, &found);
        if (r != 0 || quiet)
                return r < 0 ? r : r == 0;
        r = find_program(getenv("PATH"), interpreter, &elsewhere);
        if (r < 0)
                return r;
        if (r > 0)
                r = FOUND(c, "interpreter",
                          "install it in /usr/local/bin or by the package manager",
                          "the interpreter '%s' is only at %s, which a unit cannot reach",
                          interpreter, elsewhere);
        else
                r = FOUND(c, "interpreter", "install it",
                          "the interpreter '%s' is not installed (looked in %s)", interpreter,
                          path ?: "nothing");
        return r < 0 ? r : 1;
}

static int check_running(const Check *c, const App *app, int script_fd) {
        const char *interpreter, *instead;
        char head[INTERPRETER_HEAD_SIZE];
        struct stat st;
        ssize_t n;

        n = pread(script_fd, head, sizeof(head), 0);
        if (n < 0 || fstat(script_fd, &st) < 0)
                return FOUND(c, "script", "make it readable", "cannot read the script '%s': %s",
                             app->script, strerror(errno));
        interpreter = interpreter_of(app, head, (size_t) n, st.st_mode & 0111);
        instead = app->interpreter ? NULL : interpreter_instead_of(interpreter);
        if (instead && check_interpreter(c, instead, /* quiet= */ true) == 0)
                return 0;
        return MIN2(check_interpreter(c, interpreter, /* quiet= */ false), 0);
}

/* 0 if a unit finds what is no file of the package in its PATH; -ENOENT if not. */
static int check_command(const Check *c, const App *app) {
        const char *path = c->scope == SCOPE_SYSTEM ? UNIT_PATH : getenv("PATH");
        _cleanup_(freep) char *found = NULL, *shell = NULL,
                              *word = strndup(app->script, strcspn(app->script, " "));
        int r;

        if (!word)
                return -ENOMEM;
        if (!script_may_be_command(app))
                return -ENOENT;
        r = find_program(path, word, &found);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        r = script_is_shell_line(app) ? find_program(path, COMMAND_SHELL, &shell) : 1;
        return r < 0 ? r : r == 0 ? -ENOENT : 0;
}

static int check_script(const Check *c, const App *app) {
        _cleanup_(closep) int fd = script_open(c->fd, app->script, /* ret_path= */ NULL);

        if (fd == -EXDEV || fd == -ELOOP)
                return FOUND(c, "script", "name a file of the package",
                             "the script '%s' leads out of the package", app->script);
        if (fd == -EISDIR)
                return FOUND(c, "script", "name a file", "the script '%s' is not a file",
                             app->script);
        if (fd < 0) {
                int r = check_command(c, app);

                if (r != -ENOENT)
                        return r;
                return FOUND(c, "script",
                             "create it, or name a file, or a command that a unit finds",
                             "the script '%s' is not in the package", app->script);
        }
        return check_running(c, app, fd);
}

/* systemd refuses the timer of one that it does not know. UTC it knows without the database. */
static int check_timezone(const Check *c, const App *app) {
        _cleanup_(freep) char *path = NULL;

        if (!app->timezone || streq(app->timezone, "UTC"))
                return 0;
        path = path_join("/usr/share/zoneinfo", app->timezone);
        if (!path)
                return -ENOMEM;
        return access(path, F_OK) >= 0
                       ? 0
                       : FOUND(c, "cron_timezone", "correct it, or install the package tzdata",
                               "there is no time zone '%s' on this machine", app->timezone);
}

static int check_app(const Check *c, const App *app) {
        _cleanup_(closep) int cwd_fd = -EBADF;
        int r;

        r = check_script(c, app);
        if (r < 0)
                return r;
        r = check_timezone(c, app);
        if (r < 0 || !app->cwd)
                return r;

        cwd_fd = open_beneath(c->fd, app->cwd, O_PATH | O_DIRECTORY);
        return cwd_fd < 0 ? FOUND(c, "cwd", "name a directory of the package",
                                  "the directory '%s' is not in the package", app->cwd)
                          : 0;
}

/* -- its name ------------------------------------------------------------------------- */

static int check_word(const char *name, json_object *findings) {
        _cleanup_(error_clear) Error e = ERROR_NULL;

        if (!module_name_is_word(name))
                return 0;
        (void) module_name_check_new(name, &e);
        return finding_add(findings, FINDING_ERROR, "name", "choose another name", "%s",
                           error_text(&e, -EINVAL));
}

static int check_unit_names(const Package *p, ScopeKind scope, json_object *findings) {
        _cleanup_(strv_freep) char **units = NULL;
        int r;

        r = package_unit_names(p, p->name, APPS_ALL, &units);
        if (r < 0)
                return r;
        STRV_FOREACH(unit, units)
                if (strlen(*unit) > unit_name_max(scope))
                        return finding_add(findings, FINDING_ERROR, "name",
                                           scope == SCOPE_SYSTEM
                                                   ? "shorten it, or install it in the user scope"
                                                   : "shorten it",
                                           "the name of its unit, '%s', is longer than the %zu "
                                           "bytes that systemd allows",
                                           *unit, unit_name_max(scope));
        return 0;
}

int preflight_findings(int fd, const Package *p, ScopeKind scope, json_object *findings) {
        int r;

        r = check_word(p->name, findings);
        if (r < 0)
                return r;
        r = check_unit_names(p, scope, findings);
        if (r < 0)
                return r;
        for (size_t i = 0; i < p->n_apps; i++) {
                r = check_app(&(Check) { fd, p, i, scope, findings }, p->apps + i);
                if (r < 0)
                        return r;
        }
        return 0;
}

int preflight(int fd, const Package *p, ScopeKind scope, Error *e) {
        _cleanup_(json_object_putp) json_object *findings = json_object_new_array();
        json_object *first;
        int r;

        if (!findings)
                return -ENOMEM;
        r = preflight_findings(fd, p, scope, findings);
        if (r < 0 || json_object_array_length(findings) == 0)
                return r;
        first = json_object_array_get_idx(findings, 0);
        return error_set(e, -EINVAL, "package.json, field '%s': %s; %s",
                         json_get_string(first, "field"), json_get_string(first, "problem"),
                         json_get_string(first, "remedy"));
}

int preflight_env(const Package *p, const char *env, Error *e) {
        if (!env)
                return 0;
        for (size_t i = 0; i < p->n_apps; i++)
                if (json_has(p->apps[i].envs, env))
                        return 0;
        return error_set(e, -EINVAL, "--env: no app in its package.json has a field 'env_%s'", env);
}

int preflight_args(const Package *p, char *const *args, Error *e) {
        size_t size = 0;

        if (strv_length(args) == 0)
                return 0;
        if (p->n_apps > 1)
                return error_set(e, -EINVAL,
                                 "its package.json has %zu apps, so arguments cannot be given to "
                                 "one; drop those after '--'",
                                 p->n_apps);
        STRV_FOREACH(word, args) {
                size += strlen(*word) + 1;
                if (!utf8_is_valid(*word, strlen(*word)))
                        return error_set(e, -EINVAL, "an argument after '--' is not valid UTF-8");
        }
        if (size > MODULE_ARGS_MAX)
                return error_set(e, -E2BIG, "the arguments after '--' have more than %u bytes",
                                 MODULE_ARGS_MAX);
        return 0;
}

void preflight_note_ignored(const Modules *modules, const Package *p) {
        _cleanup_(strv_freep) char **ignored = NULL;
        _cleanup_(freep) char *joined = NULL;

        for (size_t i = 0; i < p->n_apps; i++)
                STRV_FOREACH(field, p->apps[i].ignored)
                        if (!strv_contains(ignored, *field) && strv_extend(&ignored, *field) < 0)
                                return;
        joined = strv_join(ignored, ", ");
        if (ignored && joined)
                module_note(modules, &(ModuleNote) {
                                             .kind = MODULE_NOTE_FIELDS_IGNORED,
                                             .module = p->name,
                                             .clause = joined,
                                     });
}
