/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/mman.h>

#include "basic/child-process.h"
#include "basic/fs.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "ctl/systemd-program.h"
#include "ctl/terminal.h"
#include "module/units.h"
#include "store/installed.h"

/* Ten lines of the journal, at most 48 KiB each, and the processes of as many units as there may be
 * (a hundred modules with as many processes are 2 MiB). */
#define STATUS_MAX (64U * 1024U * 1024U)

static int find_units(Context *c, const char *name, const LoadedUnits *loaded, char ***ret) {
        _cleanup_(module_done) Module m = {};

        if (store_load(c->modules.store, name, /* e= */ NULL, &m) > 0)
                return module_units_read(&m, loaded, ret);
        return module_units(name, /* p= */ NULL, loaded, ret);
}

/* Adds the module's loaded units; one that is stopped is gone. */
static int add_units(Context *c, const char *name, const LoadedUnits *loaded, char ***argv) {
        _cleanup_(strv_freep) char **units = NULL, **gone = NULL;

        if (find_units(c, name, loaded, &units) < 0)
                return log_oom();
        STRV_FOREACH(unit, units)
                if (strv_extend(loaded_units_find(loaded, *unit) ? argv : &gone, *unit) < 0)
                        return log_oom();
        if (strv_length(gone) == strv_length(units))
                log_warning("%s is stopped; 'pm2ctl start %s' starts it.", name, name);
        else
                STRV_FOREACH(unit, gone)
                        log_warning("%s is stopped; 'pm2ctl start %s' starts it.", *unit, name);
        return gone ? EXIT_STOPPED : 0;
}

static int make_status(Context *c, char *const *names, char ***argv) {
        _cleanup_(loaded_units_done) LoadedUnits loaded = {};
        _cleanup_(error_clear) Error e = ERROR_NULL;
        size_t n_options;
        int r, result = 0;

        r = modules_open_bus(&c->modules, &e);
        if (r < 0)
                return log_error_cause(r, &e, "Failed to show the status of modules");
        r = modules_query(&c->modules, UNIT_NAMES, &e, &loaded);
        if (r < 0)
                return log_error_cause(r, &e, "Failed to show the status of modules");

        if (strv_extend(argv, "systemctl") < 0 ||
            strv_extendf(argv, "--%s", scope_kind_to_string(c->modules.scope.kind)) < 0 ||
            strv_extend(argv, "status") < 0)
                return log_oom();
        n_options = strv_length(*argv);
        STRV_FOREACH(name, names) {
                r = add_units(c, *name, &loaded, argv);
                if (r < 0)
                        return r;
                result = r > 0 ? r : result;
        }
        if (strv_length(*argv) == n_options)
                *argv = strv_free(*argv);
        return result;
}

/* What systemctl prints; its exit status. */
static int run_captured(char **argv, char **ret) {
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
        status = run_captured(argv, &text);
        if (status < 0)
                return log_error_errno(status, "Failed to run %s: %m", argv[0]);
        harmless = terminal_text(text, colours);
        if (!harmless)
                return log_oom();
        r = terminal_show(harmless, c->arg->pager && result == 0);
        if (r < 0)
                return log_error_errno(r, "Failed to show the status of modules: %m");
        return result != 0 ? result : status;
}

static int run_status(const void *args, char **words) {
        static const SystemdProgram systemctl = { make_status, show_status };
        const Arguments *arg = args;

        /* without a name it is the list, as PM2's is */
        if (!words[0])
                return verb_list.run(args, words);
        if (arg->json != JSON_OFF) {
                log_error("systemctl status prints no JSON; 'pm2ctl show --json %s' does.",
                          words[0]);
                return EXIT_USAGE;
        }
        return systemd_program_run(args, words, &systemctl);
}

const Verb verb_status = {
        "status", NULL,     "[MODULE…]", "Show what systemctl reports about modules",
        0,        VERB_ANY, run_status,
};
