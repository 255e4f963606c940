/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Several units on their way through one operation: the manager is asked for all of them first,
 * then all jobs are waited for. */

#include <systemd/sd-bus.h>

#include "basic/macro.h"

typedef struct Error Error;
typedef struct Overtime Overtime;
typedef struct UnitOutcome UnitOutcome;
typedef struct UnitSpec UnitSpec;

typedef struct UnitBatch {
        sd_bus *bus;
        const char **units; /* borrowed names */
        size_t n;
        UnitOutcome *outcomes;
        Overtime *overtimes; /* of the jobs under way */
} UnitBatch;

/* What the manager is asked for each unit: METHOD(unit, MODE), or to start it from its
 * specification. */
typedef struct BatchRequest {
        const char *method, *mode; /* NULL with `specs` */
        const UnitSpec *specs;     /* as many as there are units, or NULL */
        bool starts;               /* whether units become active: then few begin at a time */
} BatchRequest;

/* For n units, whose names the caller fills in. -ENOMEM. */
int unit_batch_init(sd_bus *bus, size_t n, UnitBatch *ret);
void unit_batch_done(UnitBatch *b);

/* Asks for each unit whose outcome is good so far, then waits for all jobs. The outcome of a unit
 * that is not there is -ENOENT. Fails only where systemd cannot be talked to. */
int unit_batch_request(UnitBatch *b, const BatchRequest *q, Error *e);

/* Stops the units and forgets what became of them; one that is not there is fine. */
int unit_batch_stop(UnitBatch *b, Error *e);

/* Asks the failed units why they failed, which they know better than their jobs. */
int unit_batch_explain(UnitBatch *b, Error *e);
