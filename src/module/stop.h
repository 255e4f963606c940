/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Stopping modules: all units of each, and the watch and timer units that would start them again. A
 * stopped module is started by the next `start`, update or boot. */

#include "module/modules.h"
#include "module/outcome.h"

/* Stops the modules' units, all at once, and waits until no process of them is left. One outcome
 * for each name (module/outcome.h); a failure tells of a unit that would not go. The manager
 * kills what is over its time, so that this ends. Negative only if the manager cannot be talked to.
 * Free the outcomes with unit_outcomes_free(). */
int modules_stop(Modules *modules, char *const *names, Error *e, UnitOutcome **ret);

/* The same for one module; the outcome is the result. */
int module_stop(Modules *modules, const char *name, Error *e);
