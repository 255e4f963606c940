/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a module's timer does when it is time. */

#include "module/restart.h"

/* Restarts the units of the app whose first unit this is: those that run, or have done their work,
 * as they are; those that have failed are made anew. One that is not there was stopped on purpose,
 * and one that is on its way is left to the process that started or stops it. Takes the module's
 * lock. -ENOENT: the module is not installed, or declares no such app. Blocks until all are
 * restarted. */
int module_timer_restart(Modules *modules, const char *unit, Error *e, Restarted *ret);
