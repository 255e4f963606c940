/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/ctl.h"
#include "module/lock.h"
#include "module/runtime-space.h"
#include "module/start.h"
#include "module/units.h"

/* What new settings mean for a module's units: one that runs is restarted as it is, one that
 * failed, or keeps failing, is made anew, since it may have lacked just this setting; one that is
 * not there was stopped by somebody, or is just being stopped, or restarted, and will read it; and
 * one that has done its work has no need of it. */
typedef struct Reached {
        char **running, **failed; /* units */
        char **modules;           /* theirs */
} Reached;

static void reached_done(Reached *reached) {
        strv_free(reached->running);
        strv_free(reached->failed);
        strv_free(reached->modules);
        *reached = (Reached){};
}

static int sort(Reached *reached, const LoadedUnits *loaded, const char *name) {
        _cleanup_(strv_freep) char **units = NULL;
        bool any = false;
        int r;

        r = module_units(name, /* p= */ NULL, loaded, &units);
        STRV_FOREACH(unit, units) {
                const UnitState *state = loaded_units_find(loaded, *unit);

                if (r < 0)
                        break;
                if (!unit_state_stays(state) ||
                    (streq(state->active, "active") && !unit_state_runs(state)))
                        continue;
                any = true;
                if (streq(state->active, "active"))
                        r = strv_extend(&reached->running, *unit);
                else
                        r = strv_extend(&reached->failed, *unit);
        }
        return r >= 0 && any ? strv_extend(&reached->modules, name) : r;
}

static int find(Context *c, char *const *names, Error *e, Reached *ret) {
        _cleanup_(strv_freep) char **installed = NULL;
        _cleanup_(loaded_units_done) LoadedUnits loaded = {};
        int r;

        r = store_names(c->modules.store, e, &installed);
        if (r >= 0)
                r = modules_query(&c->modules, UNIT_NAMES, e, &loaded);
        STRV_FOREACH(name, installed)
                if (r >= 0 && strv_contains(names, *name))
                        r = sort(ret, &loaded, *name);
        return r;
}

/* Who is installing or removing one of them comes first, whereafter there may be less to restart.
 * Those with nothing to restart are waited for by nobody. */
static int find_locked(Context *c, char *const *names, Error *e, Reached *ret, int *ret_lock_fd) {
        _cleanup_(strv_freep) char **locked = NULL;
        int r;

        r = find(c, names, e, ret);
        if (r < 0 || !ret->modules)
                return r;
        locked = TAKE_PTR(ret->modules);
        reached_done(ret);
        r = modules_lock_shared(&c->modules, locked, e, ret_lock_fd);
        return r < 0 ? r : find(c, locked, e, ret);
}

static int restart_units(Context *c, char **units, Error *e) {
        size_t n = strv_length(units);
        UnitOutcome *outcomes;
        int r, result = 0;

        r = units_restart(c->modules.bus, units, e, &outcomes);
        if (r < 0)
                return log_error_cause(r, e, "Cannot restart");
        for (size_t i = 0; i < n; i++)
                if (outcomes[i].r < 0)
                        result = log_error_cause(
                                outcomes[i].r, &outcomes[i].error,
                                "The setting is stored, but %s does not start with it", units[i]);
                else
                        log_info("Restarted %s.", units[i]);
        unit_outcomes_free(outcomes, n);
        runtime_space_check(&c->modules);
        return result;
}

static int start_failed(Context *c, const Reached *reached, Error *e) {
        char **units = reached->failed;
        size_t n = strv_length(units);
        UnitOutcome *outcomes;
        int r;

        r = module_units_renew(&c->modules, units, MODULE_SETTLE_USEC, e, &outcomes);
        if (r < 0)
                return log_error_cause(r, e, "Cannot start");
        for (size_t i = 0; i < n; i++)
                if (outcomes[i].r < 0)
                        (void) log_warning_cause(outcomes[i].r, &outcomes[i].error,
                                                 "%s still does not start", units[i]);
                else
                        log_info("%s had failed and is started.", units[i]);
        unit_outcomes_free(outcomes, n);
        return 0;
}

int ctl_restart_running(Context *c, char *const *names) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(reached_done) Reached reached = {};
        _cleanup_(closep) int lock_fd = -EBADF;
        int r, result = 0;

        r = modules_open_store(&c->modules, /* create= */ false, &e);
        if (r == -ENOENT)
                return 0;
        if (r >= 0)
                r = modules_open_bus(&c->modules, &e);
        if (r == -EHOSTDOWN) {
                log_notice("Nothing is restarted: %s.", error_text(&e, r));
                return 0;
        }
        if (r >= 0)
                r = find_locked(c, names, &e, &reached, &lock_fd);
        if (r < 0)
                result = log_error_cause(r, &e, "Cannot tell which modules to restart");
        if (r >= 0 && reached.running)
                result = restart_units(c, reached.running, &e);
        if (r >= 0 && reached.failed && start_failed(c, &reached, &e) < 0)
                result = -EIO;
        return result;
}
