/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/install-confirm.h"

#include "basic/string-util.h"
#include "basic/strv.h"
#include "module/install-commit.h"
#include "module/lock.h"
#include "module/services.h"
#include "module/units.h"
#include "store/installed.h"
#include "store/store.h"

/* What was asked for last counts for updates, and the last key for a signature that is gone later.
 */
static int release_record_again(const Modules *modules, InstallOutcome *outcome) {
        _cleanup_(closep) int lock_fd = store_lock(modules->store, &outcome->error), fd = -EBADF;
        _cleanup_(module_done) Module m = {};
        const Module *now = &outcome->module;
        const struct {
                char **recorded;
                const char *now;
        } texts[] = {
                { &m.spec, now->spec },
                { &m.source, now->source },
                { &m.signed_by, now->signed_by },
        };
        bool changed = false;
        int r;

        if (lock_fd < 0)
                return lock_fd;
        r = store_load_installed(modules->store, now->name, &outcome->error, &m);
        if (r < 0)
                return r;
        /* another process may have installed another one since they were compared */
        if (!streq(m.version, now->version) || !streq_ptr(m.integrity, now->integrity))
                return 0;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                if (!texts[i].now || streq_ptr(*texts[i].recorded, texts[i].now))
                        continue;
                if (free_and_strdup(texts[i].recorded, texts[i].now) < 0)
                        return -ENOMEM;
                changed = true;
        }
        if (!changed)
                return 0;
        fd = store_open_release(modules->store, &m);
        r = fd < 0 ? fd : module_file_write(fd, &m);
        return r < 0 ? error_set(&outcome->error, r, "cannot record what it was installed from: %s",
                                 strerror(-r))
                     : 0;
}

/* 1 if a unit of the module runs or is on its way, else 0. */
static int module_is_up(Modules *modules, const char *name, Error *e) {
        _cleanup_(loaded_units_done) LoadedUnits loaded = {};
        _cleanup_(strv_freep) char **units = NULL;
        int r;

        r = modules_query(modules, UNIT_NAMES, e, &loaded);
        if (r < 0)
                return r;
        r = module_units(name, /* p= */ NULL, &loaded, &units);
        if (r < 0)
                return r;
        STRV_FOREACH(unit, units)
                if (unit_state_stays(loaded_units_find(&loaded, *unit)))
                        return 1;
        return 0;
}

static int confirm_locked(Modules *modules, InstallOutcome *outcome) {
        int r;

        outcome->result = INSTALL_FAILED;
        r = release_record_again(modules, outcome);
        if (r < 0)
                return r;
        outcome->result = INSTALL_UNCHANGED;
        r = modules_open_bus(modules, &outcome->error);
        if (r < 0)
                return r;
        r = module_is_up(modules, outcome->module.name, &outcome->error);
        if (r < 0)
                return r;
        if (r == 0) /* else it is not asked for them: the administrator may have disabled them */
                (void) services_enable(modules, /* e= */ NULL);
        r = install_start(modules, START_STOPPED, outcome);
        if (r < 0) {
                outcome->result = INSTALL_FAILED;
                outcome->undo = UNDO_STAYS;
        }
        outcome->started = r > 0;
        return MIN2(r, 0);
}

int install_confirm(Modules *modules, InstallOutcome *outcome) {
        _cleanup_(closep) int lock_fd = module_lock(modules, outcome->module.name, &outcome->error);

        if (lock_fd < 0)
                outcome->result = INSTALL_FAILED;
        outcome->r = lock_fd < 0 ? lock_fd : confirm_locked(modules, outcome);
        return outcome->r;
}
