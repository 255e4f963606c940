/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/ctl.h"
#include "model/name.h"
#include "model/package-units.h"
#include "module/lock.h"
#include "module/start.h"
#include "module/units.h"

/* What the clock means for an app's units: those that run, or have done their work, are restarted
 * as they are; those that failed are made anew; what is not there was stopped by somebody, and what
 * is on its way, somebody else is at. */
typedef struct Tick {
        char **active, **failed;
} Tick;

static int sort(char *const *units, const LoadedUnits *loaded, Tick *tick) {
        int r = 0;

        STRV_FOREACH(unit, units) {
                const UnitState *state = loaded_units_find(loaded, *unit);

                if (r >= 0 && state && streq(state->active, "active"))
                        r = strv_extend(&tick->active, *unit);
                else if (r >= 0 && state && streq(state->active, "failed"))
                        r = strv_extend(&tick->failed, *unit);
        }
        return r;
}

/* The units of the app whose first unit this is. */
static int find_units(Context *c, const char *name, const char *app, Error *e, char ***ret) {
        UnitPlace place;
        Module m = {};
        Package p = {};
        int r;

        r = store_load(c->modules.store, name, e, &m);
        if (r == 0)
                r = error_set(e, -ENOENT, "it is not installed");
        if (r >= 0)
                r = store_read_package(&m, e, &p);
        if (r >= 0)
                r = package_find_unit(&p, app, 0, &place);
        if (r == 0)
                r = error_set(e, -ENOENT, "its package.json declares no such app");
        if (r >= 0)
                r = package_unit_names(&p, name, place.app, ret);
        package_done(&p);
        module_done(&m);
        return r;
}

static int report(int r, char *const *units, UnitOutcome *outcomes, Error *e) {
        int result = 0;

        if (r < 0)
                return log_error_cause(r, e, "Cannot restart");
        for (size_t i = 0; units[i]; i++)
                if (outcomes[i].r < 0)
                        result = log_error_cause(outcomes[i].r, &outcomes[i].error,
                                                 "%s did not start", units[i]);
        unit_outcomes_free(outcomes, strv_length(units));
        return result;
}

static int restart(Context *c, const Tick *tick) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        UnitOutcome *outcomes = NULL;
        int r, result = 0;

        if (tick->active) {
                r = units_try_restart(c->modules.bus, tick->active, &e, &outcomes);
                result = report(r, tick->active, outcomes, &e);
        }
        if (tick->failed) {
                r = module_units_renew(&c->modules, tick->failed, /* settle_usec= */ 0, &e,
                                       &outcomes);
                r = report(r, tick->failed, outcomes, &e);
                result = r < 0 ? r : result;
        }
        return result;
}

static int run(Context *c, const char *unit) {
        _cleanup_(freep) char *name = NULL, *app = NULL;
        _cleanup_(strv_freep) char **units = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(closep) int lock_fd = -EBADF;
        _cleanup_(loaded_units_done) LoadedUnits loaded = {};
        Tick tick = {};
        int r;

        r = module_from_unit_name(unit, &name, &app, NULL);
        if (r >= 0)
                r = modules_open_store(&c->modules, /* create= */ false, &e);
        if (r >= 0)
                r = modules_lock_shared(&c->modules, (char *const[]){ name, NULL }, &e, &lock_fd);
        if (r >= 0)
                r = find_units(c, name, app, &e, &units);
        if (r >= 0)
                r = modules_open_bus(&c->modules, &e);
        if (r >= 0)
                r = modules_query(&c->modules, UNIT_NAMES, &e, &loaded);
        if (r >= 0)
                r = sort(units, &loaded, &tick);
        r = r < 0 ? log_error_cause(r, &e, "Cannot restart %s", unit) : restart(c, &tick);
        strv_free(tick.active);
        strv_free(tick.failed);
        return r;
}

static int run_cron(const void *args, char **words) {
        Context c;
        int r;

        r = context_open(args, &c);
        if (r < 0)
                return EXIT_USAGE;
        r = run(&c, words[0]);
        context_done(&c);
        return r;
}

/* Not in --help: pm2-cron@.service runs it. */
const Verb verb_cron = { "cron", NULL, "UNIT", NULL, 1, 1, run_cron };
