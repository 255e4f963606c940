/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The verbs that hand over to systemd's own programs. */

#include <ctype.h>

#include "basic/log.h"
#include "basic/process.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/module-unit.h"
#include "ctl/select.h"

static int add_units(char ***argv, char *const *names, const char *prefix) {
        int r = 0;

        STRV_FOREACH(name, names)
                if (r >= 0)
                        r = module_add_patterns(*name, prefix, argv);
        return r;
}

static int hand_over(Context *c, char **argv) {
        int r = process_exec(argv);

        return log_error_errno(r, "Cannot run %s: %m", argv[0]);
}

static int make_status(Context *c, char *const *names, char ***argv) {
        int r;

        r = strv_extend(argv, "systemctl");
        if (r >= 0)
                r = strv_extendf(argv, "--%s", scope_kind_to_string(c->scope.kind));
        if (r >= 0 && !c->arg->pager)
                r = strv_extend(argv, "--no-pager");
        if (r >= 0)
                r = strv_extend(argv, "status");
        return r < 0 ? r : add_units(argv, names, "");
}

static int make_logs(Context *c, char *const *names, char ***argv) {
        int r;

        /* Without --user: the user's entries may be in the system's journal, for want of their own.
         */
        r = strv_extend(argv, "journalctl");
        if (r >= 0)
                r = strv_extend(argv, c->arg->follow ? "--follow" : "--no-pager");
        if (r >= 0)
                r = strv_extendf(argv, "--lines=%s", c->arg->lines ? c->arg->lines : "15");
        if (r >= 0 && c->arg->json != JSON_OFF)
                r = strv_extendf(argv, "--output=%s",
                                 c->arg->json == JSON_SHORT ? "json" : "json-pretty");
        if (r < 0)
                return r;
        return add_units(argv, names, c->scope.kind == SCOPE_USER ? "--user-unit=" : "--unit=");
}

static int run(const void *args, char **words, int (*make)(Context *, char *const *, char ***)) {
        _cleanup_(strv_freep) char **argv = NULL, **names = NULL;
        static char *const everything[] = { (char *) "all", NULL };
        Context c;
        int r;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = select_modules(&c, words[0] ? words : everything, &names);
        if (r == 0 && !names)
                log_notice("No modules are installed.");
        if (r == 0 && names) {
                r = make(&c, names, &argv);
                r = r < 0 ? log_oom() : hand_over(&c, argv);
        }
        context_done(&c);
        return r;
}

static int run_status(const void *args, char **words) {
        /* without a name it is the list, as PM2's is */
        return words[0] ? run(args, words, make_status) : verb_list.run(args, words);
}

static int run_logs(const void *args, char **words) {
        const Arguments *arg = args;

        for (const char *p = arg->lines; p && *p; p++)
                if (!isdigit((unsigned char) *p)) {
                        log_error("--lines takes a number, not '%s'.", arg->lines);
                        return EXIT_USAGE;
                }
        return run(args, words, make_logs);
}

const Verb verb_status = {
        "status", NULL,     "[MODULE…]", "Show what systemctl knows of modules",
        0,        VERB_ANY, run_status,
};
const Verb verb_logs = {
        "logs", " log ", "[MODULE…]", "Follow the modules' journal", 0, VERB_ANY, run_logs,
};
