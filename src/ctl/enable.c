/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/strv.h"
#include "ctl/ctl.h"
#include "ctl/select.h"
#include "store/modules.h"

static int change_one(Context *c, const char *name, bool disabled) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(closep) int lock_fd = store_lock(c->store, &e);
        int r;

        r = lock_fd < 0 ? lock_fd : store_set_disabled(c->store, name, disabled, &e);
        if (r < 0)
                return log_error_cause(r, &e, "Cannot %s '%s'", disabled ? "disable" : "enable",
                                       name);
        log_info(disabled ? "%s will not be started at boot; it runs on until it is stopped."
                          : "%s will be started at boot.",
                 name);
        return 0;
}

static int change(const void *args, char **words, bool disabled) {
        _cleanup_(strv_freep) char **names = NULL;
        Context c;
        int r, result;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        result = select_modules(&c, words, &names);
        STRV_FOREACH(name, names) {
                r = change_one(&c, *name, disabled);
                if (r < 0)
                        result = r;
        }
        context_done(&c);
        return result;
}

static int run_enable(const void *args, char **words) {
        return change(args, words, /* disabled= */ false);
}

static int run_disable(const void *args, char **words) {
        return change(args, words, /* disabled= */ true);
}

const Verb verb_enable = {
        "enable", NULL, "MODULE…|all", "Start modules at boot", 0, VERB_ANY, run_enable,
};
const Verb verb_disable = {
        "disable", NULL, "MODULE…|all", "Do not start modules at boot", 0, VERB_ANY, run_disable,
};
