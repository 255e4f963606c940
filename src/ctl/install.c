/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/interrupt.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "ctl/install-report.h"
#include "module/module-user.h"
#include "module/releases.h"

static int install_one(Context *c, const char *spec, const InstallOptions *options) {
        _cleanup_(install_outcome_done) InstallOutcome outcome = {};

        (void) module_install(&c->modules, spec, options, &outcome);
        return install_report(c, spec, &outcome);
}

static int install_all(Context *c, char **specs) {
        const InstallOptions options = install_options(c->arg);
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int r, result = 0;

        if (strv_length(c->arg->args) > 0 && specs[1]) {
                log_error("Arguments after '--' are for one package; install the packages one by "
                          "one.");
                return EXIT_USAGE;
        }
        /* before anything is downloaded */
        r = module_user_check(&c->modules, &options, &e);
        if (r < 0) {
                (void) log_error_cause(r, &e, "Nothing is installed");
                return EXIT_USAGE;
        }
        interrupt_catch();
        r = releases_open(&c->modules, &e);
        if (r < 0)
                return log_error_cause(r, &e, "Failed to install");
        for (; *specs && !interrupted(); specs++) {
                r = install_one(c, *specs, &options);
                result = r < 0 ? r : result;
        }
        return result;
}

static int run_install(const void *args, char **words) {
        Context c;
        int r;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = install_all(&c, words);
        context_done(&c);
        interrupt_end();
        return r;
}

const Verb verb_install = {
        "install",
        " i module:install ",
        "PACKAGE… [-- ARG…]",
        "Install packages as modules, or link a directory (.)",
        1,
        VERB_ANY,
        run_install,
};
