/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Metrics as a person reads them: {"value":…,"unit":…,"alert":…}, or a bare value, each of which
 * may be a number, a text, or missing. Like axm/human.h, all that comes out of here can be shown.
 */

#include <stdbool.h>

typedef struct json_object json_object;

/* Longest STATUS=: what fits into a line or two of `systemctl status`. */
#define AXM_STATUS_MAX 256

/* "CPU usage: 3.1%, Processes: 87", from the data of an axm:monitor message (or the part of it a
 * record keeps); "" where no metric has a value. NULL if out of memory. */
char *axm_monitor_status(json_object *metrics);

/* One metric's value with its unit, "3.1%" or "12 MB", and the alert that the module set on it,
 * "96% (alert above 90%: reached)"; "-" if it has no value. NULL if out of memory. */
char *axm_metric_alert_text(json_object *metric);

/* Whether it is about latency, for which modules may have a place of its own. */
bool axm_metric_is_latency(const char *name, json_object *metric);
