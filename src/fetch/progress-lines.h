/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The lines on standard error by which pm2ctl shows how far a fetch is: where it has changed, ten
 * times a second, "progress RESOLVED FETCHED OF BYTES", else "waiting SECONDS HOST". */

#include "fetch/fetch.h"
#include "npm/registry/registry.h"

typedef struct ProgressLines {
        const Fetch *fetch;
        RegistryStatistics shown;
        uint64_t changed_usec; /* when `shown` last changed */
} ProgressLines;

/* Writes them while the fetch's event loop runs; `p` is borrowed until it has ended. */
int progress_lines_begin(ProgressLines *p, const Fetch *f);
