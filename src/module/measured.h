/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which process a unit's memory and CPU time are of: a module may ask, with the option "pid", for
 * another process than its own to be measured. */

#include "basic/json.h"
#include "module/modules.h"
#include "unit/process.h"

typedef enum MeasuredState {
        MEASURED_UNIT,    /* the unit itself: nothing else is asked for, or it does not run */
        MEASURED_PROCESS, /* `process` */
        MEASURED_GONE,    /* nothing: the process is not there */
        MEASURED_INVALID, /* nothing: what is asked for is not a process */
} MeasuredState;

typedef struct Measured {
        MeasuredState state;
        json_object *asked; /* what the module asks for, unless it is the unit itself */
        ProcessState process;
} Measured;

void measured_done(Measured *measured);

/* By the options that a unit reported; `main_pid` is its main process, 0 if it does not run. */
int measured_find(json_object *options, unsigned main_pid, Measured *ret);

/* By the unit's record, which is parsed only if it may ask for another process. One that cannot be
 * read asks for nothing. */
int measured_find_recorded(Modules *modules, const char *unit, unsigned main_pid, Measured *ret);
