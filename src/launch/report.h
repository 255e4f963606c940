/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From a module's messages to the journal. Everything is masked before it leaves. */

#include "axm/mask.h"
#include "axm/message.h"

typedef struct Report {
        const char *id;     /* SYSLOG_IDENTIFIER= */
        const char *module; /* PM2_MODULE=, where the manager does not add it; else NULL */
        const Mask *mask;
        bool debug;         /* MODULE_DEBUG */
        uint64_t sent_usec; /* when the last entry was; 0: never */
} Report;

/* An axm message, masked already. */
int report_message(Report *r, const AxmMessage *m);

/* A profile that was saved instead of being logged. */
int report_profile(Report *r, const char *type, uint64_t size, const char *file);

/* A line that was no message although it should have been one. */
int report_refused(Report *r, const char *reason);

/* With MODULE_DEBUG, a line in full. `direction` says who sent it. */
int report_debug(Report *r, const char *direction, const char *line, size_t size);
