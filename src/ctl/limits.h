/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a unit of a module may take, as `show` has it. */

#include "basic/json.h"
#include "module/details.h"

/* Adds "limits" to a unit's object: an object with amounts in bytes, null where there is none; null
 * itself if the unit is not loaded, since systemd reads drop-ins only then. */
int limits_add(json_object *o, const UnitDetails *u, uint64_t runtime_size);

/* The panel with them. */
void limits_print(json_object *limits);
