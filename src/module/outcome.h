/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What became of each of several modules or units, in an array of UnitOutcome, one for each name
 * that was given, in that order: `r` is 1 where something was changed, 0 where there was nothing to
 * do, or a negative errno with a clause; then `unit` and `start_usec` tell which unit it is about,
 * and when that was started. NULL and 0: it was not begun. */

#include "unit/unit-outcome.h"
