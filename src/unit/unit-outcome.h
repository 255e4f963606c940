/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What became of one of several units. */

#include "basic/error.h"

typedef struct UnitOutcome {
        int r; /* 0 (in src/module also 1, see module/outcome.h), or an errno and */
        Error error;
        uint64_t start_usec; /* when it was started (now_usec()); 0: it was not */
        char *unit;          /* for the caller: which of several it is about; freed with the rest */
} UnitOutcome;

/* Frees an array of n; NULL is fine. */
void unit_outcomes_free(UnitOutcome *outcomes, size_t n);

/* The array of one outcome becomes a result and its clause; frees it. */
int unit_outcome_take_only(UnitOutcome *outcome, Error *e);
