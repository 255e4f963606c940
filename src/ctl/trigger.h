/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What `trigger` is made of: the calls it makes, all at the same time, and what it says of them. */

#include "ctl/call.h"
#include "ctl/ctl.h"

typedef enum Outcome {
        OUTCOME_WAITING,
        OUTCOME_DONE,    /* answered or ended: data */
        OUTCOME_FAILED,  /* the clause says why */
        OUTCOME_TIMEOUT, /* likewise */
        OUTCOME_SKIPPED, /* one of several, without the action; with a clause */
        OUTCOME_STOPPED, /* one of several, that does not run */
        _OUTCOME_MAX,
} Outcome;

/* One unit. */
typedef struct Target {
        char *unit;
        char *name; /* the module's; with its app and instance in another than its first unit */
        Call call;
        Outcome outcome;
        Error error;
        json_object *data;   /* of the last event */
        bool wordless;       /* a scoped action that ended without any */
        json_object *stream; /* array of what came before it; NULL where that was printed at once */
        bool said;           /* anything of a scoped action's came */
        uint64_t retry_usec; /* when a call that was not accepted is tried again; 0: it was */
} Target;

typedef struct Trigger {
        Context *context;
        const Arguments *arg;
        ControlRequest request;
        uint64_t timeout_usec;  /* for all of it: connecting, asking, and every answer */
        uint64_t deadline_usec; /* CLOCK_MONOTONIC; the same for all targets */
        bool several;           /* those without the action were not meant */
        uint64_t stream_size;   /* of all that is kept until it is printed: bytes, and values */
        uint64_t n_values;
        uint64_t printed_size; /* bytes */
        int printed;           /* 0, or why something could not be */
        Target *targets;
        size_t n;
} Trigger;

/* Adds a target; once all are there, trigger_run() calls them until each has an outcome. */
int trigger_add(Trigger *t, const char *unit);
int trigger_run(Trigger *t);

void trigger_done(Trigger *t);

/* Says what a module said, on one line if it is long or a part of more, and what became of a call.
 */
void trigger_print(Trigger *t, const Target *target, json_object *data, bool part);
void trigger_print_outcome(Trigger *t, const Target *target);

/* A value as a clause: made harmless, and cut; to be freed. */
char *trigger_clause(json_object *o);
