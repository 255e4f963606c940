/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What systemd says about units: the effective values, since drop-ins win over what we sent. */

#include <systemd/sd-bus.h>

#include "basic/error.h"
#include "basic/macro.h"
#include "unit/state.h"

/* The loaded units that match a shell pattern, or have just this name; sorted by it. */
int units_query(sd_bus *bus, const char *pattern, UnitDepth depth, Error *e, UnitState **ret,
                size_t *ret_n);

/* The same in steps, so that systemd answers while the caller does something else, and has
 * units_proceed() put the next question now and then. */
typedef struct UnitQuery UnitQuery;

int units_ask(sd_bus *bus, const char *pattern, UnitDepth depth, Error *e, UnitQuery **ret);
void units_proceed(UnitQuery *q);
int units_answer(UnitQuery *q, Error *e, UnitState **ret, size_t *ret_n);
UnitQuery *unit_query_free(UnitQuery *q);
DEFINE_CLEANUP(UnitQuery *, unit_query_free);

/* One unit with details: 1, or 0 if it is not loaded (a stopped transient unit is gone). */
int unit_query(sd_bus *bus, const char *unit, Error *e, UnitState *ret);

/* Variables of a loaded unit's Environment=, drop-ins included: 1, or 0 if it is not loaded. */
int unit_environment(sd_bus *bus, const char *unit, Error *e, char ***ret);
