/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/interrupt.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/install-report.h"
#include "ctl/select.h"
#include "module/releases.h"

typedef struct Sums {
        unsigned results[_INSTALL_RESULT_MAX];
} Sums;

static int update_one(Context *c, const char *name, const InstallOptions *options, Sums *sums) {
        _cleanup_(install_outcome_done) InstallOutcome outcome = {};
        int r;

        r = module_update(&c->modules, name, options, &outcome);
        sums->results[r < 0 ? INSTALL_FAILED : outcome.result]++;
        return install_report(c, name, &outcome);
}

static void print_sums(const Sums *sums, size_t n) {
        const unsigned *k = sums->results;

        log_info("%zu modules: %u updated, %u up to date%s, %u failed.", n, k[INSTALL_UPDATED],
                 k[INSTALL_UNCHANGED] + k[INSTALL_SKIPPED],
                 k[INSTALL_SKIPPED] > 0 ? " or without anything to be updated from" : "",
                 k[INSTALL_FAILED]);
}

/* `all`: none was named, so that a tarball which is gone by now is not a failure. */
static int update_all(Context *c, char *const *names, bool all) {
        InstallOptions options = install_options(c->arg);
        _cleanup_(error_clear) Error e = ERROR_NULL;
        size_t n = strv_length(names);
        Sums sums = {};
        int r, result = 0;

        if (n == 0) {
                log_info("No modules are installed.");
                return 0;
        }
        options.skip_missing = all;
        interrupt_catch();
        r = releases_open(&c->modules, &e);
        if (r < 0)
                return log_error_cause(r, &e, "Failed to update");
        STRV_FOREACH(name, names) {
                if (interrupted())
                        break;
                r = update_one(c, *name, &options, &sums);
                result = r < 0 ? r : result;
        }
        if (n > 1 && !interrupted())
                print_sums(&sums, n);
        return result;
}

/* One object each, as of those that are there. */
static int print_unknown(Context *c, json_object *unknown) {
        int r;

        if (c->arg->json == JSON_OFF)
                return 0;
        for (size_t i = 0; i < json_object_array_length(unknown); i++) {
                r = json_print(json_object_array_get_idx(unknown, i), c->arg->json);
                if (r < 0)
                        return log_error_errno(r, "Failed to print: %m");
        }
        return 0;
}

static int run_update(const void *args, char **words) {
        static char *const everything[] = { (char *) "all", NULL };
        bool all = !words[0] || (!words[1] && streq(words[0], "all"));
        _cleanup_(json_object_putp) json_object *unknown = json_object_new_array();
        _cleanup_(strv_freep) char **names = NULL;
        Context c;
        int r;

        if (!unknown)
                return log_oom();
        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = select_modules(&c, all ? everything : words, unknown, &names);
        if (select_answers(r) && print_unknown(&c, unknown) < 0)
                r = -EIO;
        if (r == 0 || names)
                r = select_result(r, update_all(&c, names, all));
        context_done(&c);
        interrupt_end();
        return r;
}

const Verb verb_update = {
        "update",
        " upgrade module:update ",
        "[MODULE…|all]",
        "Update modules to what their source has now",
        0,
        VERB_ANY,
        run_update,
};
