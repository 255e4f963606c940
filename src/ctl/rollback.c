/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/clock.h"
#include "basic/interrupt.h"
#include "basic/log.h"
#include "basic/string-util.h"
#include "ctl/install.h"
#include "ctl/select.h"
#include "store/installed.h"

/* The release before becomes the current one; it is kept, and so is the one that was. */
static int rollback_module(Context *c, const char *name, Install *in) {
        int r;

        in->began_usec = now_usec();
        r = store_load_previous(c->modules.store, name, &in->error, &in->module);
        if (r == 0)
                r = error_set(&in->error, -ENOENT, "no release of it but this one is kept");
        if (r < 0)
                return log_error_cause(r, &in->error, "Cannot roll back '%s'", name);
        return install_commit(c, /* tree= */ NULL, in);
}

static int rollback_one(Context *c, const char *name, const char *word, Error *e) {
        _cleanup_(install_done) Install in = { .rollback = true };
        int r;

        r = interrupt_check(&in.error);
        if (r >= 0)
                r = install_open(c, &in.error);
        if (r >= 0)
                r = rollback_module(c, name, &in);
        else
                (void) log_error_cause(r, &in.error, "Cannot roll back '%s'", name);
        if (r < 0 && !in.module.name)
                (void) free_and_strdup(&in.module.name, name);
        return install_report(c, &in, r);
}

static int run_rollback(const void *args, char **words) {
        int r = select_each(args, words, rollback_one, /* done= */ NULL);

        interrupt_end();
        return r;
}

const Verb verb_rollback = {
        "rollback", NULL, "MODULE…", "Return to the previous releases", 1, VERB_ANY, run_rollback,
};
