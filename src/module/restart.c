/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/restart.h"

#include "basic/strv.h"
#include "module/start.h"
#include "unit/operation.h"

void restarted_done(Restarted *restarted) {
        for (size_t i = 0; i < restarted->n; i++) {
                free(restarted->units[i].unit);
                error_clear(&restarted->units[i].error);
        }
        free(restarted->units);
        *restarted = (Restarted) {};
}

/* Takes the outcomes over, one for each unit. */
static int take_outcomes(Restarted *restarted, char *const *units, bool renewed,
                         UnitOutcome *outcomes) {
        size_t n = strv_length(units);
        RestartedUnit *grown = reallocarray(restarted->units, restarted->n + n + 1,
                                            sizeof(RestartedUnit));
        int r = grown ? 0 : -ENOMEM;

        restarted->units = grown ?: restarted->units;
        for (size_t i = 0; r == 0 && i < n; i++) {
                RestartedUnit u = { .unit = strdup(units[i]), .renewed = renewed };

                if (!u.unit) {
                        r = -ENOMEM;
                        break;
                }
                u.r = MIN2(outcomes[i].r, 0);
                u.error = TAKE_STRUCT(outcomes[i].error);
                restarted->units[restarted->n++] = u;
        }
        unit_outcomes_free(outcomes, n);
        return r;
}

int units_restart_running(Modules *modules, char *const *units, bool only_running, Error *e,
                          Restarted *restarted) {
        UnitOutcome *outcomes;
        int r;

        if (!units)
                return 0;
        r = only_running ? units_try_restart(modules->bus, units, e, &outcomes)
                         : units_restart(modules->bus, units, e, &outcomes);
        return r < 0 ? r : take_outcomes(restarted, units, /* renewed= */ false, outcomes);
}

int units_restart_failed(Modules *modules, char *const *units, uint64_t settle_usec, Error *e,
                         Restarted *restarted) {
        UnitOutcome *outcomes;
        int r;

        if (!units)
                return 0;
        r = module_units_renew(modules, units, settle_usec, e, &outcomes);
        return r < 0 ? r : take_outcomes(restarted, units, /* renewed= */ true, outcomes);
}
