/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/settings-apply.h"

#include "basic/string-util.h"
#include "basic/strv.h"
#include "module/lock.h"
#include "module/runtime-space.h"
#include "module/units.h"
#include "store/installed.h"

/* What the settings reach. */
typedef struct Reached {
        char **running, **failed; /* units */
        char **modules;           /* theirs */
} Reached;

static void reached_done(Reached *reached) {
        strv_free(reached->running);
        strv_free(reached->failed);
        strv_free(reached->modules);
        *reached = (Reached) {};
}

static int reached_add_module(Reached *reached, const LoadedUnits *loaded, const char *name) {
        _cleanup_(strv_freep) char **units = NULL;
        bool any = false;
        int r;

        r = module_units(name, /* p= */ NULL, loaded, &units);
        if (r < 0)
                return r;
        STRV_FOREACH(unit, units) {
                const UnitState *state = loaded_units_find(loaded, *unit);
                bool active = state && streq(state->active, "active");

                if (!unit_state_stays(state) || (active && !unit_state_runs(state)))
                        continue;
                any = true;
                if (strv_extend(active ? &reached->running : &reached->failed, *unit) < 0)
                        return -ENOMEM;
        }
        return any ? strv_extend(&reached->modules, name) : 0;
}

static int reached_find(Modules *modules, char *const *names, Error *e, Reached *ret) {
        _cleanup_(loaded_units_done) LoadedUnits loaded = {};
        _cleanup_(strv_freep) char **installed = NULL;
        int r;

        r = store_names(modules->store, e, &installed);
        if (r < 0)
                return r;
        r = modules_query(modules, UNIT_NAMES, e, &loaded);
        if (r < 0)
                return r;
        STRV_FOREACH(name, installed) {
                if (!strv_contains(names, *name))
                        continue;
                r = reached_add_module(ret, &loaded, *name);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* A process that is installing or removing one of them comes first; after it there may be less to
 * restart. For those with nothing to restart no process is waited for. */
static int reached_find_locked(Modules *modules, char *const *names, Error *e, Reached *ret,
                               int *ret_lock_fd) {
        _cleanup_(strv_freep) char **locked = NULL;
        int r;

        r = reached_find(modules, names, e, ret);
        if (r < 0 || !ret->modules)
                return r;
        locked = TAKE_PTR(ret->modules);
        reached_done(ret);
        r = modules_lock_shared(modules, locked, e, ret_lock_fd);
        return r < 0 ? r : reached_find(modules, locked, e, ret);
}

int modules_apply_settings(Modules *modules, char *const *names, Error *e, Restarted *ret) {
        _cleanup_(reached_done) Reached reached = {};
        _cleanup_(closep) int lock_fd = -EBADF;
        int r;

        r = modules_open_store(modules, /* create= */ false, e);
        if (r == -ENOENT) {
                error_clear(e);
                return 0;
        }
        if (r < 0)
                return r;
        r = modules_open_bus(modules, e);
        if (r < 0)
                return r;
        r = reached_find_locked(modules, names, e, &reached, &lock_fd);
        if (r < 0)
                return r;
        r = units_restart_running(modules, reached.running, /* only_running= */ false, e, ret);
        if (r < 0)
                return r;
        r = units_restart_failed(modules, reached.failed, MODULE_SETTLE_USEC, e, ret);
        if (reached.running) /* a start has it checked by itself */
                runtime_space_check(modules);
        return r;
}
