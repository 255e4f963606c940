/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A module's metrics: the latest values as a file in its runtime folder, and as the text that
 * `systemctl status` shows. Written when they have changed, and not more often than anybody looks.
 */

#include "axm/mask.h"
#include "basic/json.h"
#include "basic/macro.h"

#define MONITOR_FILE "monitor.json"

typedef struct Monitor {
        int dir_fd; /* owned; negative: no file is written */
        json_object *metrics;
        char *written, *status; /* what was said last */
        uint64_t written_usec;
        bool dirty;
        bool full; /* metrics were left out */
        bool lost; /* the file could not be written last time */
} Monitor;

/* `folder` is the runtime folder, or NULL. */
int monitor_init(Monitor *m, const char *folder);

/* Takes the data of an axm:monitor message; a metric that is not in it keeps its value. 1 if this
 * is the first time that there are too many to keep them all. */
int monitor_update(Monitor *m, const Mask *mask, json_object *data);

/* Microseconds until something is to be written: 0 now, USEC_INFINITY if nothing is. */
uint64_t monitor_due(const Monitor *m);

/* Writes the file and tells the manager. That the file cannot be written is returned once, until it
 * was written again: there is something to write each second. */
int monitor_flush(Monitor *m);
