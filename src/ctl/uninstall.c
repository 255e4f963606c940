/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "ctl/select.h"
#include "module/cleanup.h"
#include "module/lock.h"
#include "module/remove.h"
#include "module/stop.h"
#include "store/settings.h"

static int remove_settings(Context *c, const char *name, Error *e) {
        _cleanup_(settings_freep) Settings *s = NULL;
        _cleanup_(closep) int lock_fd = settings_lock(&c->modules.scope, e);
        int r;

        if (lock_fd < 0)
                return lock_fd;
        r = settings_parse("", 0, name, e, &s);
        return r < 0 ? r : settings_save(&c->modules.scope, name, s, e);
}

/* The unit first: were the files gone first, a crash in between would leave a unit that runs what
 * nobody lists. */
static int uninstall_one(Context *c, const char *name, const char *word, Error *e) {
        _cleanup_(closep) int lock_fd = -EBADF;
        int r;

        modules_try_clean_up(&c->modules);
        r = lock_fd = module_lock(&c->modules, name, e);
        if (r >= 0)
                r = modules_open_bus_or_none(&c->modules, e);
        if (r >= 0 && c->modules.bus)
                r = module_stop(&c->modules, name, e);
        if (r >= 0)
                r = module_remove(&c->modules, name, e);
        if (r >= 0 && c->arg->purge)
                r = remove_settings(c, name, e);
        if (r < 0)
                return log_error_cause(r, e, "Cannot uninstall '%s'", name);
        log_info("%s is uninstalled%s.", name,
                 c->arg->purge ? ", its settings too" : "; its settings stay");
        return 0;
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
