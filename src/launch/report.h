/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From a module's messages to the journal. Everything is masked before it leaves. The functions
 * return 0 or what journal_send() does. */

#include "basic/macro.h"

typedef struct AxmMessage AxmMessage;
typedef struct Channel Channel;
typedef struct Mask Mask;

typedef struct Report {
        const char *id;     /* SYSLOG_IDENTIFIER= */
        const char *module; /* PM2_MODULE=, where the manager does not add it; else NULL */
        const Mask *mask;
        bool debug;         /* MODULE_DEBUG */
        uint64_t sent_usec; /* when the last entry was; 0: never */
} Report;

/* An axm message, masked already. */
int report_message(Report *report, const AxmMessage *m);

/* A profile that was saved instead of being logged. */
int report_profile(Report *report, const char *type, uint64_t size, const char *file);

/* A line that is not a message although it begins like one. */
int report_refused(Report *report, const char *reason);

/* With MODULE_DEBUG, a line in full, terminated at `size`. `direction` says which side sent it. */
int report_debug(Report *report, const char *direction, const char *line, size_t size);

/* Sends a line to the module over its channel, and reports it with MODULE_DEBUG. What
 * channel_send() returns. */
int report_and_send(Report *report, Channel *channel, const char *line);
