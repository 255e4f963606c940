/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a unit said of itself: its record, and the metrics that its bridge keeps. All of it is a
 * stranger's. */

#include "axm/mask.h"
#include "axm/record.h"
#include "ctl/ctl.h"

/* What must not be shown of what a module says: its secret settings. -EACCES where the caller may
 * not read them. */
int reports_add_secrets(Context *c, const char *module, Error *e, Mask *mask);

/* 1 and the record of a unit; 0 if there is none, or none that the caller may read. */
int reports_record(Context *c, const char *unit, Error *e, Record *ret);

/* The latest metrics, an object, from its runtime folder; NULL if there are none to be read. */
json_object *reports_monitor(Context *c, const char *unit);

/* A member of what a module said about itself: today's libraries send these among the options, the
 * document of 2015 has them below "internals". Borrowed. */
json_object *reports_internal(json_object *options, const char *key);

/* A module may ask for another process than its own to be measured. Puts that one's memory and CPU
 * into the row of a unit that runs, and "measured", which says which it is, or why there is none:
 * {"pid":…,"name":…} or {"pid":…,"reason":…}; null if none was asked for. */
int reports_measure(json_object *row, json_object *options);

/* The same from the unit's record, which is looked at only as far as it takes. */
int reports_measure_unit(Context *c, json_object *row, const char *unit);

/* Adds "monitor" to a unit's row, null if there are no metrics. */
int reports_add_monitor(Context *c, json_object *row, const char *unit);
