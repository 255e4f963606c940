/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/child-process.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/systemd-program.h"
#include "module/journal-access.h"
#include "module/units.h"

/* The options that are journalctl's own. */
static int add_journalctl_options(const Arguments *arg, char ***argv) {
        const struct {
                const char *option, *value;
        } options[] = {
                { "since", arg->since }, { "until", arg->until },   { "priority", arg->priority },
                { "grep", arg->grep },   { "output", arg->output },
        };

        for (size_t i = 0; i < ELEMENTSOF(options); i++)
                if (options[i].value &&
                    strv_extendf(argv, "--%s=%s", options[i].option, options[i].value) < 0)
                        return -ENOMEM;
        return arg->reverse ? strv_extend(argv, "--reverse") : 0;
}

/* --all: whole messages, also above the 4096 bytes from where journalctl prints null. JSON escapes
 * what must not reach a terminal. */
static int add_json(const Arguments *arg, char ***argv) {
        if (arg->json == JSON_OFF)
                return 0;
        if (strv_extendf(argv, "--output=%s", arg->json == JSON_SHORT ? "json" : "json-pretty") < 0)
                return -ENOMEM;
        return strv_extend(argv, "--all");
}

/* Without --user: the user's entries may be in the system's journal, for want of their own. */
static int add_options(const Context *c, char ***argv) {
        const Arguments *arg = c->arg;
        const bool follow = arg->follow && !arg->reverse && !arg->until;

        if (strv_extend(argv, "journalctl") < 0 ||
            strv_extend(argv, follow ? "--follow" : "--no-pager") < 0)
                return -ENOMEM;
        /* it would explain at length that there are others' journals */
        if (geteuid() != 0 && strv_extend(argv, "--quiet") < 0)
                return -ENOMEM;
        if (add_journalctl_options(arg, argv) < 0 || add_json(arg, argv) < 0)
                return -ENOMEM;
        /* what was asked for by time is wanted whole */
        if (!arg->lines && (arg->since || arg->until))
                return strv_extend(argv, "--lines=all");
        return strv_extendf(argv, "--lines=%s", arg->lines ? arg->lines : "15");
}

static int make_logs(Context *c, char *const *names, char ***argv) {
        const char *prefix = c->modules.scope.kind == SCOPE_USER ? "--user-unit=" : "--unit=";
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r;

        r = modules_check_logs(&c->modules, &e);
        if (r < 0)
                return log_error_cause(r, &e, "Failed to show logs");
        if (add_options(c, argv) < 0)
                return log_oom();
        STRV_FOREACH(name, names)
                if (module_add_patterns(*name, prefix, argv) < 0)
                        return log_oom();
        return 0;
}

/* Becomes journalctl, unless there is something to report once it has ended. */
static int show_logs(_unused_ Context *c, char **argv, int result) {
        int r;

        r = result == 0 ? process_exec(argv) : process_run(argv, STDOUT_FILENO);
        return r < 0 ? log_error_errno(r, "Failed to run %s: %m", argv[0]) : result;
}

static int run_logs(const void *args, char **words) {
        static const SystemdProgram journalctl = { make_logs, show_logs };
        const Arguments *arg = args;

        if (arg->lines && !streq(arg->lines, "all") &&
            arg->lines[strspn(arg->lines, "0123456789")]) {
                log_error("--lines takes a number or 'all', not '%s'.", arg->lines);
                return EXIT_USAGE;
        }
        if (arg->output && arg->json != JSON_OFF) {
                log_error("--output and --json are mutually exclusive.");
                return EXIT_USAGE;
        }
        return systemd_program_run(args, words, &journalctl);
}

const Verb verb_logs = {
        "logs", " log ", "[MODULE…]", "Show and follow modules' logs", 0, VERB_ANY, run_logs,
};
