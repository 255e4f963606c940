/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Modules as rows: what `list` prints as a table, and `show` as its head. */

#include "basic/json.h"
#include "ctl/ctl.h"
#include "store/modules.h"
#include "unit/state.h"

/* One object: name id version unit pm_id active sub pid restarts memory cpu uptime source enabled
 * user. Amounts in bytes and µs; what is not known is null. `state` is NULL for a module whose unit
 * is not loaded. */
int row_new(const Module *m, const UnitState *state, json_object **ret);

/* Rows of all installed modules, by name. A module whose state cannot be read is reported and left
 * out; the result is negative then, but `ret` is set. */
int rows_collect(Context *c, json_object **ret);
