/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What pm2-fetch says of its progress, shown on standard error: on a terminal as one line that
 * changes, elsewhere as a plain line now and then. */

#include "basic/macro.h"

typedef struct Progress {
        bool terminal;
        bool shown;           /* something stands in the terminal's line */
        uint64_t began, said; /* µs of the monotonic clock */
} Progress;

/* Nothing is shown where messages are not (-q). */
Progress progress_begin(void);

/* Takes a line of pm2-fetch's standard error; whether it was one about its progress. */
bool progress_take(Progress *p, const char *line);

/* Leaves the terminal's line empty. */
void progress_end(Progress *p);
