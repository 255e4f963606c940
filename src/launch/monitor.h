/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A module's metrics: the latest values as a file in its runtime folder, and as the text that
 * `systemctl status` shows. Written when they have changed, at most four times
 * a second. */

#include "basic/macro.h"

typedef struct Mask Mask;
typedef struct json_object json_object;

#define MONITOR_FILE "monitor.json"

typedef struct Monitor {
        int dir_fd; /* of the runtime directory; owned; negative: no file is written */
        json_object *metrics;
        char *written, *status; /* what was written last */
        uint64_t written_usec;
        bool dirty;
        bool full; /* metrics were left out */
        bool lost; /* the file could not be written last time */
} Monitor;

/* Opens the runtime directory `folder`, unless that is NULL. -ENOMEM, or an errno of open(2). What
 * it holds is kept until the process ends. */
int monitor_init(Monitor *ret, const char *folder);

/* Takes the data of an axm:monitor message; a metric that is not in it keeps its value. 1 if this
 * is the first time that there are too many to keep them all, else 0; -ENOMEM. */
int monitor_update(Monitor *m, const Mask *mask, json_object *data);

/* Microseconds until something is to be written: 0 now, USEC_INFINITY if nothing is. */
uint64_t monitor_due(const Monitor *m);

/* Writes the file and sends the status to the manager. That the file cannot be written is returned
 * once, until it was written again: there is something to write each second. */
int monitor_flush(Monitor *m);
