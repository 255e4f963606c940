/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Modules as rows: what `list` prints as a table, and `show` as its head. */

#include "basic/json.h"
#include "ctl/ctl.h"
#include "model/package.h"
#include "store/module-file.h"
#include "unit/state.h"

/* One object for a unit: name id version unit app instance pm_id active sub pid restarts memory cpu
 * uptime source enabled user. Amounts in bytes and µs; what is not known is null, and so is the app
 * of a module that has one unit. Enabled is what is started at boot, by the service for that.
 * `state` is NULL where it is not loaded; the package may be empty. */
int row_new(Context *c, const Module *m, const Package *p, const char *unit, const UnitState *state,
            json_object **ret);

/* What of that says which unit it is, and how it is. */
int row_add_unit(json_object *row, const Module *m, const Package *p, const char *unit,
                 const UnitState *state);

/* Rows of the units of all installed modules, by the modules' names, each with "measured", and with
 * "monitor" if JSON is asked for. A module whose state cannot be
 * read is reported and left out; the result is negative then, but `ret` is set. */
int rows_collect(Context *c, json_object **ret);
