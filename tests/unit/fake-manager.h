/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A manager for tests: a child process at the other end of a socketpair, which answers from a
 * script. */

#include <stdio.h>
#include <sys/types.h>

#include "unit/bus.h"

/* One answer to a call. The scripted ones come first, once each, for their method; else what a
 * manager does that knows no unit. */
typedef struct Answer {
        const char *method;
        const char *error, *message; /* an error, or … */
        const char *result; /* … the end of the job, sent before the reply to it; "crash":
                               of the manager, after it */
} Answer;

#define NOT_KNOWN UNIT_NOT_KNOWN, "Unit pm2@x.service not loaded."

/* With it: what the unit is; it is not there if `active` is NULL. */
typedef struct Script {
        Answer answers[12];
        const char *active, *sub, *result;
        int exit_code, exit_status;
} Script;

/* A manager and the connection to it. */
typedef struct FakeManager {
        sd_bus *bus;
        FILE *log;
        pid_t pid;
} FakeManager;

FakeManager fake_manager_begin(const Script *script);

/* Ends it and tells what it was asked, to be freed: each method with a blank behind it, "Subscribe"
 * left out, and "+PrivateIPC" where a StartTransientUnit had that property. */
char *fake_manager_end(FakeManager *f);

/* A connection to nobody, for messages, which need one to belong to. */
sd_bus *fake_bus(void);
