/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The verbs that hand over to systemd's own programs, which know nothing of modules: what those
 * would say of a module that is stopped, or to a user without a manager or a journal, is said here.
 */

#include <ctype.h>
#include <sys/mman.h>

#include "basic/child-process.h"
#include "basic/fs.h"
#include "basic/log.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/select.h"
#include "ctl/terminal.h"
#include "module/units.h"
#include "store/installed.h"

/* Ten lines of the journal, at most 48 KiB each, and the processes of as many units as there may be
 * (a hundred modules with as many processes are 2 MiB). */
#define STATUS_MAX (64U * 1024U * 1024U)

/* Where we find a user's manager without it, systemctl needs the variable. */
static int set_runtime_folder(const Scope *s) {
        _cleanup_(freep) char *folder = NULL;

        if (s->kind == SCOPE_SYSTEM)
                return 0;
        folder = strndup(s->runtime, (size_t) (path_basename(s->runtime) - s->runtime) - 1);
        return !folder || setenv("XDG_RUNTIME_DIR", folder, /* overwrite= */ 1) < 0 ? -ENOMEM : 0;
}

/* -- status ----------------------------------------------------------------------------- */

static int find_units(Context *c, const char *name, const LoadedUnits *loaded, char ***ret) {
        Module m = {};
        int r;

        if (store_load(c->modules.store, name, /* e= */ NULL, &m) > 0)
                r = module_units_read(&m, loaded, ret);
        else
                r = module_units(name, /* p= */ NULL, loaded, ret);
        module_done(&m);
        return r;
}

/* Adds the module's loaded units; one that is stopped is gone. */
static int add_status(Context *c, const char *name, const LoadedUnits *loaded, char ***argv) {
        _cleanup_(strv_freep) char **units = NULL, **gone = NULL;
        int r;

        r = find_units(c, name, loaded, &units);
        STRV_FOREACH(unit, units)
                if (r >= 0)
                        r = strv_extend(loaded_units_find(loaded, *unit) ? argv : &gone, *unit);
        if (r < 0)
                return log_oom();
        if (strv_length(gone) == strv_length(units))
                log_warning("%s is stopped; 'pm2ctl start %s' starts it.", name, name);
        else
                STRV_FOREACH(unit, gone)
                        log_warning("%s is stopped; 'pm2ctl start %s' starts it.", *unit, name);
        return gone ? EXIT_STOPPED : 0;
}

static int make_status(Context *c, char *const *names, char ***argv) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(loaded_units_done) LoadedUnits loaded = {};
        size_t n_options;
        int r, result = 0;

        r = modules_open_bus(&c->modules, &e);
        if (r >= 0)
                r = modules_query(&c->modules, UNIT_NAMES, &e, &loaded);
        if (r < 0)
                return log_error_cause(r, &e, "Cannot show the status of modules");

        r = strv_extend(argv, "systemctl");
        if (r >= 0)
                r = strv_extendf(argv, "--%s", scope_kind_to_string(c->modules.scope.kind));
        if (r >= 0)
                r = strv_extend(argv, "status");
        n_options = strv_length(*argv);
        STRV_FOREACH(name, names)
                if (r >= 0) {
                        r = add_status(c, *name, &loaded, argv);
                        result = r > 0 ? r : result;
                }
        if (r >= 0 && strv_length(*argv) == n_options)
                *argv = strv_free(*argv);
        return r < 0 ? r : result;
}

/* What systemctl prints; its exit status. */
static int capture(char **argv, char **ret) {
        _cleanup_(closep) int fd = memfd_create("status", MFD_CLOEXEC);
        int r, status;

        if (fd < 0)
                return -errno;
        status = process_run(argv, fd);
        if (status < 0)
                return status;
        if (status >= 126)
                return -ENOENT; /* it was not executed */
        if (lseek(fd, 0, SEEK_SET) < 0)
                return -errno;
        r = read_fd(fd, STATUS_MAX, ret, /* ret_size= */ NULL);
        return r < 0 ? r : status;
}

/* Links are left out: they could not be told from those that a module makes. */
static int show_status(Context *c, char **argv, int result) {
        _cleanup_(freep) char *text = NULL, *harmless = NULL;
        bool colours = terminal_colours();
        int r, status;

        if (setenv("SYSTEMD_COLORS", colours ? "1" : "0", /* overwrite= */ 0) < 0 ||
            setenv("SYSTEMD_URLIFY", "0", /* overwrite= */ 1) < 0)
                return log_oom();
        status = capture(argv, &text);
        if (status < 0)
                return log_error_errno(status, "Cannot run %s: %m", argv[0]);
        harmless = terminal_text(text, colours);
        if (!harmless)
                return log_oom();
        r = terminal_show(harmless, c->arg->pager && result == 0);
        if (r < 0)
                return log_error_errno(r, "Cannot show the status of modules: %m");
        return result != 0 ? result : status;
}

/* -- logs ------------------------------------------------------------------------------- */

static int make_logs(Context *c, char *const *names, char ***argv) {
        const char *prefix = c->modules.scope.kind == SCOPE_USER ? "--user-unit=" : "--unit=";
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = ctl_check_logs(c, &e);
        if (r < 0)
                return log_error_cause(r, &e, "Cannot show logs");

        /* Without --user: the user's entries may be in the system's journal, for want of their own.
         */
        r = strv_extend(argv, "journalctl");
        if (r >= 0)
                r = strv_extend(argv, c->arg->follow ? "--follow" : "--no-pager");
        /* it would explain at length that there are others' journals */
        if (r >= 0 && geteuid() != 0)
                r = strv_extend(argv, "--quiet");
        if (r >= 0)
                r = strv_extendf(argv, "--lines=%s", c->arg->lines ? c->arg->lines : "15");
        if (r >= 0 && c->arg->json != JSON_OFF)
                r = strv_extendf(argv, "--output=%s",
                                 c->arg->json == JSON_SHORT ? "json" : "json-pretty");
        STRV_FOREACH(name, names)
                if (r >= 0)
                        r = module_add_patterns(*name, prefix, argv);
        return r < 0 ? log_oom() : 0;
}

/* Becomes journalctl, unless something is to be reported once it has ended. */
static int show_logs(Context *c, char **argv, int result) {
        int r;

        (void) c;
        r = result == 0 ? process_exec(argv) : process_run(argv, STDOUT_FILENO);
        return r < 0 ? log_error_errno(r, "Cannot run %s: %m", argv[0]) : result;
}

/* -- the verbs -------------------------------------------------------------------------- */

static int run(const void *args, char **words, int (*make)(Context *, char *const *, char ***),
               int (*show)(Context *, char **, int)) {
        _cleanup_(strv_freep) char **argv = NULL, **names = NULL;
        static char *const everything[] = { (char *) "all", NULL };
        Context c;
        int r;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = select_modules(&c, words[0] ? words : everything, /* results= */ NULL, &names);
        if (r == 0 && !names)
                log_notice("No modules are installed.");
        if (names)
                r = select_result(r, make(&c, names, &argv));
        if (r >= 0 && argv) {
                int k = set_runtime_folder(&c.modules.scope);

                r = k < 0 ? log_oom() : show(&c, argv, r);
        }
        context_done(&c);
        return r;
}

static int run_status(const void *args, char **words) {
        const Arguments *arg = args;

        /* without a name it is the list, as PM2's is */
        if (!words[0])
                return verb_list.run(args, words);
        if (arg->json != JSON_OFF) {
                log_error("systemctl status prints no JSON; 'pm2ctl show --json %s' does.",
                          words[0]);
                return EXIT_USAGE;
        }
        return run(args, words, make_status, show_status);
}

static int run_logs(const void *args, char **words) {
        const Arguments *arg = args;

        for (const char *p = arg->lines; p && *p; p++)
                if (!isdigit((unsigned char) *p)) {
                        log_error("--lines takes a number, not '%s'.", arg->lines);
                        return EXIT_USAGE;
                }
        return run(args, words, make_logs, show_logs);
}

const Verb verb_status = {
        "status", NULL,     "[MODULE…]", "Show what systemctl reports about modules",
        0,        VERB_ANY, run_status,
};
const Verb verb_logs = {
        "logs", " log ", "[MODULE…]", "Show and follow modules' logs", 0, VERB_ANY, run_logs,
};
