/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What systemd says about units: the effective values, since drop-ins win over what we sent. */

#include <systemd/sd-bus.h>

#include "unit/state.h"

typedef struct Error Error;

/* The loaded units that match a shell pattern, or have just this name; sorted by it. Free them with
 * unit_states_free(). An errno of the bus, with a clause. */
int units_query(sd_bus *bus, const char *pattern, UnitDepth depth, Error *e, UnitState **ret,
                size_t *ret_n);

/* The same in steps, so that systemd answers while the caller does something else. */
typedef struct UnitQuery UnitQuery;

/* Puts the first questions. -ENOMEM, or an errno of the bus, with a clause. */
int unit_query_begin(sd_bus *bus, const char *pattern, UnitDepth depth, Error *e, UnitQuery **ret);

/* Puts the next question if the last one is answered; to be called now and then. */
void unit_query_proceed(UnitQuery *q);

/* Waits for the rest. What is wrong since the beginning is returned here. */
int unit_query_finish(UnitQuery *q, Error *e, UnitState **ret, size_t *ret_n);
UnitQuery *unit_query_free(UnitQuery *q);
DEFINE_CLEANUP(UnitQuery *, unit_query_free);

/* One unit with details: 1, or 0 if it is not loaded (a stopped transient unit is gone). */
int unit_query(sd_bus *bus, const char *unit, Error *e, UnitState *ret);

/* Variables of a loaded unit's Environment=, drop-ins included: 1, or 0 if it is not loaded. */
int unit_environment(sd_bus *bus, const char *unit, Error *e, char ***ret);
