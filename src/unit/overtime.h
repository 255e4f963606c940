/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Units that outlast their time limits. The limits alone are no bound: a process whose
 * notifications the manager accepts can extend them for ever (EXTEND_TIMEOUT_USEC= of
 * sd_notify(3)). So a client that waits for a job checks its unit now and then, and what is over
 * its time is killed. */

#include <systemd/sd-bus.h>

#include "basic/macro.h"

typedef struct Error Error;

typedef struct Overtime {
        uint64_t due_usec;   /* when to look next; 0: never */
        uint64_t since_usec; /* when it was first seen in this state */
        char *state;         /* SubState=, NULL: not looked at yet */
        unsigned n_kills;
} Overtime;

/* For a job that begins now. */
Overtime overtime_begin(void);
void overtime_done(Overtime *o);

/* Looks at a unit whose job has not ended, and kills it with a notice (unit/notice.h) if it is
 * over its time. 0, or -ETIMEDOUT with a clause: killing it did not help, and is not tried again.
 */
int overtime_check(Overtime *o, sd_bus *bus, const char *unit, Error *e);
