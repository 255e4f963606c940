/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/interrupt.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "ctl/install-report.h"
#include "ctl/select.h"
#include "module/releases.h"

static int rollback_open(Context *c, Error *e) {
        int r;

        r = interrupt_check(e);
        if (r < 0)
                return r;
        interrupt_catch();
        return releases_open(&c->modules, e);
}

static int rollback_one(Context *c, const char *name, const char *word, Error *e) {
        _cleanup_(install_outcome_done) InstallOutcome outcome = { .mode = MODE_ROLLBACK };

        outcome.r = rollback_open(c, &outcome.error);
        if (outcome.r >= 0)
                (void) module_rollback(&c->modules, name, &outcome);
        else if (free_and_strdup(&outcome.module.name, name) < 0)
                return log_oom();
        return install_report(c, name, &outcome);
}

static int run_rollback(const void *args, char **words) {
        int r = select_each(args, words, rollback_one, /* done= */ NULL);

        interrupt_end();
        return r;
}

const Verb verb_rollback = {
        "rollback", NULL, "MODULE…", "Return to the previous releases", 1, VERB_ANY, run_rollback,
};
