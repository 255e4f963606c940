/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is known of each unit that is asked for an action; module/actions.h asks. */

#include "module/action-call.h"
#include "module/modules.h"

typedef enum ActionState {
        ACTION_WAITING,
        ACTION_DONE,    /* answered or ended */
        ACTION_FAILED,  /* the clause says why */
        ACTION_TIMEOUT, /* likewise */
        ACTION_SKIPPED, /* one of several, without the action; with a clause */
        ACTION_STOPPED, /* one of several, which does not run */
        _ACTION_STATE_MAX,
} ActionState;

/* One unit. */
typedef struct ActionTarget {
        char *unit;
        char *name; /* the module's; with its app and instance for another than its first unit */
        ActionCall call;
        ActionState state;
        int r; /* of a failure: -EFBIG: more was said than is kept; else another errno */
        Error error;
        json_object *data;   /* kept: of the last event */
        json_object *stream; /* kept: array of what came before it; NULL: nothing */
        bool said;           /* anything of a scoped action's came */
        uint64_t retry_usec; /* when a call that was not accepted is tried again; 0: it was */
} ActionTarget;

/* Called for what a unit says where it is not kept: a part of a scoped action's, or the answer or
 * last word, which ends the call. Borrowed; NULL is JSON's null. A negative return, with a clause,
 * ends the call as failed. */
typedef int (*ActionDataHandler)(void *userdata, const ActionTarget *target, json_object *data,
                                 bool part, Error *e);

/* Called for each target once, when its state is final. */
typedef void (*ActionEndHandler)(void *userdata, const ActionTarget *target);

typedef struct Actions {
        Modules *modules;
        ControlRequest request; /* borrowed strings */
        uint64_t timeout_usec;  /* for all of it: connecting, asking, and every answer */
        bool several;           /* of which those without the action were not meant */
        bool keep;              /* answers are kept in the targets, and not handed out */
        ActionDataHandler on_data;
        ActionEndHandler on_end; /* either may be NULL */
        void *userdata;

        ActionTarget *targets; /* as they were added */
        size_t n;

        /* for actions.c */
        uint64_t deadline_usec;
        uint64_t kept_size, kept_values; /* bytes, and JSON values */
} Actions;

void action_target_done(ActionTarget *target);

/* For actions.c: takes what the target's bridge sent, as far as it is there. */
void action_target_read(Actions *a, ActionTarget *target);

/* For actions.c: the target's final state, with the clause that the target has already. */
void action_target_end(Actions *a, ActionTarget *target, ActionState state);
void action_target_fail(Actions *a, ActionTarget *target, int r);
void action_target_time_out(Actions *a, ActionTarget *target);
