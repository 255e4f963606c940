/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/enable.h"
#include "basic/log.h"
#include "ctl/select.h"
#include "module/services.h"

static int change_one(Context *c, const char *name, bool enabled, Error *e) {
        int r;

        r = module_set_enabled(&c->modules, name, enabled, e);
        if (r < 0)
                return log_error_cause(r, e, "Failed to %s '%s'", enabled ? "enable" : "disable",
                                       name);
        if (!enabled)
                log_info("%s will not be started at boot; whether it runs now does not change.",
                         name);
        else if (services_at_boot(&c->modules))
                log_info("%s will be started at boot.", name);
        else
                log_notice("%s would be started at boot, but pm2-modules.service is masked.", name);
        return r;
}

static int enable_one(Context *c, const char *name, const char *word, Error *e) {
        return change_one(c, name, /* enabled= */ true, e);
}

static int disable_one(Context *c, const char *name, const char *word, Error *e) {
        return change_one(c, name, /* enabled= */ false, e);
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
