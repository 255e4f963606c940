/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/unit-outcome.h"

#include "basic/error.h"

void unit_outcomes_free(UnitOutcome *outcomes, size_t n) {
        for (size_t i = 0; outcomes && i < n; i++) {
                error_clear(&outcomes[i].error);
                free(outcomes[i].unit);
        }
        free(outcomes);
}

int unit_outcome_take_only(UnitOutcome *outcome, Error *e) {
        int r;

        assert(outcome);

        r = outcome->r;
        if (r < 0)
                (void) error_copy(e, r, &outcome->error);
        unit_outcomes_free(outcome, 1);
        return r;
}
