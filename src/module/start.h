/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Starting modules: their units are made from package.json as it is now, and started all at once.
 * The caller holds the modules' lock (module/lock.h), or another process could put another release
 * in the place of the one that is read. */

#include "module/modules.h"
#include "module/outcome.h"

typedef enum StartMode {
        START_ANEW,    /* what runs is stopped first */
        START_STOPPED, /* what runs is left alone, but not what keeps crashing */
        START_CHANGED, /* anew, for the module's own watch, which does not wait for it to settle */

        /* with one of these, for a person: apps that are not to start by themselves ("autostart":
         * false) too, which are left alone else if they do not run (MODULE_NOTE_NOT_AUTOSTARTED) */
        START_EVERY = 1 << 8,
} StartMode;

/* Starts the modules and waits until each unit has stayed up for modules->settle_usec or failed;
 * all settle side by side. Units that the package declares no more are stopped; watch and timer
 * units are started and stopped as it declares them. One outcome for each name: that of the first
 * of its units that failed (-ECHILD, -ETIMEDOUT, … as of unit_wait_stable(); -EINTR), or what kept
 * it from being started (-ENOENT: not installed). Other modules are started all the same. Negative
 * only if the manager or the store cannot be talked to. Free with unit_outcomes_free(). */
int modules_start(Modules *modules, char *const *names, StartMode mode, Error *e,
                  UnitOutcome **ret);

/* The same for a caller without the lock: ends what killed processes have left, and holds the lock,
 * shared, meanwhile, for which it waits. */
int modules_lock_and_start(Modules *modules, char *const *names, StartMode mode, Error *e,
                           UnitOutcome **ret);

/* modules_start() for one module; the outcome is the result. */
int module_start(Modules *modules, const char *name, StartMode mode, Error *e);

/* Makes just these units anew and starts them, whichever modules' they are; waits until each has
 * stayed up for `settle_usec`, or with 0 until it is started. One outcome for each unit; -ENOENT:
 * its package does not declare it. */
int module_units_renew(Modules *modules, char *const *units, uint64_t settle_usec, Error *e,
                       UnitOutcome **ret);
