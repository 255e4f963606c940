/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "ctl/select.h"
#include "module/releases.h"

static int uninstall_one(Context *c, const char *name, const char *word, Error *e) {
        int r;

        r = module_uninstall(&c->modules, name, c->arg->purge, e);
        if (r < 0)
                return log_error_cause(r, e, "Failed to uninstall '%s'", name);
        log_info("%s is uninstalled%s.", name,
                 c->arg->purge ? ", its settings too" : "; its settings stay");
        return 1;
}

static int run_uninstall(const void *args, char **words) {
        return select_each(args, words, uninstall_one, "uninstalled");
}

const Verb verb_uninstall = {
        "uninstall",
        " un module:uninstall remove ",
        "MODULE…|.|all",
        "Remove modules and their data",
        0,
        VERB_ANY,
        run_uninstall,
};
