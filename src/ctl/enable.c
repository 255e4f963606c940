/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "ctl/select.h"
#include "module/cleanup.h"
#include "module/services.h"
#include "store/release.h"
#include "store/store.h"

static int change_one(Context *c, const char *name, bool disabled, Error *e) {
        _cleanup_(closep) int lock_fd = -EBADF;
        int r;

        modules_try_clean_up(&c->modules);
        r = lock_fd = store_lock(c->modules.store, e);
        if (r >= 0)
                r = store_set_disabled(c->modules.store, name, disabled, e);
        if (r < 0)
                return log_error_cause(r, e, "Cannot %s '%s'", disabled ? "disable" : "enable",
                                       name);
        if (!disabled && services_ensure(&c->modules) < 0)
                return -EIO;
        if (!disabled && !services_at_boot(&c->modules)) {
                log_notice("%s would be started at boot, but pm2-modules.service is masked.", name);
                return 0;
        }
        log_info(disabled ? "%s will not be started at boot; whether it runs now does not change."
                          : "%s will be started at boot.",
                 name);
        return 0;
}

static int enable_one(Context *c, const char *name, const char *word, Error *e) {
        return change_one(c, name, /* disabled= */ false, e);
}

static int disable_one(Context *c, const char *name, const char *word, Error *e) {
        return change_one(c, name, /* disabled= */ true, e);
}

static int run_enable(const void *args, char **words) {
        return select_each(args, words, enable_one, "enabled");
}

static int run_disable(const void *args, char **words) {
        return select_each(args, words, disable_one, "disabled");
}

const Verb verb_enable = {
        "enable", NULL, "MODULE…|all", "Start modules at boot", 0, VERB_ANY, run_enable,
};
const Verb verb_disable = {
        "disable", NULL, "MODULE…|all", "Do not start modules at boot", 0, VERB_ANY, run_disable,
};
