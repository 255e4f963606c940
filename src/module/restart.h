/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Restarting units, not modules: those that run as they are, while those that have failed are made
 * anew, since another restart of the same would only fail. The caller holds the modules' lock. */

#include "module/modules.h"
#include "module/units.h"

typedef struct RestartedUnit {
        char *unit;
        bool renewed; /* it had failed, and was made anew */
        int r;        /* 0, or a negative errno and */
        Error error;
} RestartedUnit;

typedef struct Restarted {
        RestartedUnit *units;
        size_t n;
} Restarted;

void restarted_done(Restarted *restarted);

/* Adds what became of these units (NULL: none). Waits until each is restarted. With `only_running`
 * a unit that another process is stopping meanwhile stays stopped, which is its outcome. Negative
 * only if the manager cannot be talked to. */
int units_restart_running(Modules *modules, char *const *units, bool only_running, Error *e,
                          Restarted *restarted);

/* The same for those that have failed; waits until each has stayed up for `settle_usec`, or with 0
 * until it is started. -ENOENT: its package does not declare it. */
int units_restart_failed(Modules *modules, char *const *units, uint64_t settle_usec, Error *e,
                         Restarted *restarted);
