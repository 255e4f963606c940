/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Units as rows: what `list` prints as a table, and `show` as its head. */

#include "basic/json.h"
#include "ctl/ctl.h"
#include "module/unit-facts.h"

/* One object for a unit: name id version unit app instance pm_id active sub pid restarts memory cpu
 * uptime user source enabled. Amounts in bytes and µs; what is not known is null, and so is the app
 * of a module that has one unit. Enabled is what is started at boot, by the service for that. */
int row_new(Context *c, const UnitFacts *facts, json_object **ret);

/* What of that says which unit it is, and how it is. */
int row_add_unit(json_object *row, const UnitFacts *facts);

/* "measured": which other process the amounts are of, or why there are none: {"pid":…,"name":…} or
 * {"pid":…,"reason":…}; null if they are the unit's own. */
int row_add_measured(json_object *row, const Measured *measured);
