/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How far something has come that takes its time: for a line on a terminal, or a bar. */

#include "basic/macro.h"

/* Behind each kind stands what it has beside the kind. */
typedef enum ModuleProgressKind {
        MODULE_PROGRESS_FETCH,   /* subject: a specification, which is fetched from now on */
        MODULE_PROGRESS_SCRIPTS, /* install scripts run from now on */
        MODULE_PROGRESS_BEGIN,   /* a unit of pm2-fetch's begins; the next two may follow often */
        MODULE_PROGRESS_COUNTS,  /* resolved, fetched, total, bytes */
        MODULE_PROGRESS_WAITING, /* subject: what it has been waiting for, and for how long: usec */
        MODULE_PROGRESS_END,     /* that unit has ended, well or not */
} ModuleProgressKind;

/* What the kind does not mention is NULL or 0. All of it is borrowed, for the call alone. Texts are
 * not made harmless for a terminal: a registry may have chosen them. */
typedef struct ModuleProgress {
        ModuleProgressKind kind;
        const char *subject;
        unsigned resolved, fetched, total; /* packages; `total` grows while they are resolved */
        uint64_t bytes;                    /* that were downloaded */
        uint64_t usec;
} ModuleProgress;

/* Must not act on the Modules that calls it, and cannot fail. */
typedef void (*ModuleProgressHandler)(void *userdata, const ModuleProgress *progress);
