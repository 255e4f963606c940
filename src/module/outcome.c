/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/outcome.h"

int outcome_take_only(UnitOutcome *outcome, Error *e) {
        int r = outcome->r;

        if (r < 0)
                (void) error_set(e, r, "%s", error_text(&outcome->error, r));
        unit_outcomes_free(outcome, 1);
        return r;
}
