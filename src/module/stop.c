/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/stop.h"

#include "basic/strv.h"
#include "module/watch-timer-units.h"
#include "unit/operation.h"

/* The first failure among a module's units is the module's outcome. */
static int stop_units(Modules *modules, char *const *units, const size_t *owner, Error *e,
                      UnitOutcome *outcomes) {
        UnitOutcome *stopped;
        int r;

        if (!units)
                return 0;
        r = units_stop(modules->bus, units, e, &stopped);
        if (r < 0)
                return r;
        for (size_t i = 0; units[i]; i++) {
                UnitOutcome *o = outcomes + owner[i];

                if (o->r < 0)
                        continue;
                *o = TAKE_STRUCT(stopped[i]);
                o->r = o->r < 0 ? o->r : 1;
        }
        unit_outcomes_free(stopped, strv_length(units));
        return 0;
}

static int stop_all(Modules *modules, char *const *names, Error *e, UnitOutcome *outcomes) {
        _cleanup_(loaded_units_done) LoadedUnits loaded = {};
        _cleanup_(strv_freep) char **units = NULL;
        _cleanup_(freep) size_t *owner = NULL;
        size_t n = 0;
        int r;

        r = modules_open_bus(modules, e);
        if (r < 0)
                return r;
        /* first, or they would start the module again */
        r = watch_timer_stop(modules, names, e);
        if (r < 0)
                return r;
        r = modules_query(modules, UNIT_NAMES, e, &loaded);
        if (r < 0)
                return r;
        owner = calloc(loaded.n + 1, sizeof(size_t));
        if (!owner)
                return -ENOMEM;
        for (size_t i = 0; names[i]; i++) {
                r = module_units_add_loaded(names[i], &loaded, &units);
                if (r < 0)
                        return r;
                for (; units && units[n]; n++)
                        owner[n] = i;
        }
        return stop_units(modules, units, owner, e, outcomes);
}

int modules_stop(Modules *modules, char *const *names, Error *e, UnitOutcome **ret) {
        size_t n = strv_length(names);
        UnitOutcome *outcomes = calloc(n + 1, sizeof(UnitOutcome));
        int r;

        if (!outcomes)
                return -ENOMEM;
        r = stop_all(modules, names, e, outcomes);
        if (r < 0) {
                unit_outcomes_free(outcomes, n);
                return r;
        }
        *ret = outcomes;
        return 0;
}

int module_stop(Modules *modules, const char *name, Error *e) {
        UnitOutcome *outcome;
        int r;

        r = modules_stop(modules, (char *[]) { (char *) name, NULL }, e, &outcome);
        return r < 0 ? r : unit_outcome_take_only(outcome, e);
}
