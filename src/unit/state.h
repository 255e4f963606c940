/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The state of a unit as systemd tells it. */

#include "basic/macro.h"

typedef struct Error Error;

/* How much to ask for: each property is a call. */
typedef enum UnitDepth {
        UNIT_NAMES,   /* unit, path, active and sub; nothing else is set */
        UNIT_USUAL,   /* what a list shows */
        UNIT_DETAILS, /* all */
} UnitDepth;

typedef struct UnitState {
        char *unit;
        char *path;   /* of its object on the bus */
        char *active; /* ActiveState: active (reloading too), activating, failed, … */
        char *sub;    /* SubState: running, auto-restart, … */

        unsigned main_pid; /* 0: none */
        unsigned n_restarts;
        uint64_t memory;      /* bytes; UINT64_MAX: unknown, as the next two */
        uint64_t cpu_nsec;    /* since it was started */
        uint64_t uptime_usec; /* UINT64_MAX unless it is active. With details since it became that,
                               * else since its main process was started */
        /* that its main process runs as, or would; "": the manager's own, or unknown */
        char *user;

        /* for units that are not active, and with details */
        char *result;  /* success, exit-code, signal, oom-kill, start-limit-hit, … */
        int exit_code; /* CLD_EXITED, CLD_KILLED, … of the main process that ended last; 0: none */
        int exit_status; /* status or signal */

        /* with details only */
        char *status_text;   /* STATUS= of the bridge */
        char *invocation_id; /* 32 hex digits, "" if none */
        bool need_reload;    /* its drop-ins changed: daemon-reload, then restart */
} UnitState;

/* Whether it is active and has not merely ended in order (RemainAfterExit=); false for NULL. */
bool unit_state_runs(const UnitState *s);

/* Whether it is there, and not just on its way out: a client that stops it, or starts it anew, must
 * not be interfered with. False for NULL. */
bool unit_state_stays(const UnitState *s);

/* By name. */
void unit_states_sort(UnitState *states, size_t n);

/* Borrowed from a sorted array; NULL if it is not there. */
const UnitState *unit_states_find(const UnitState *states, size_t n, const char *unit);

/* The first of those whose name begins so, and how many there are. */
const UnitState *unit_states_find_prefix(const UnitState *states, size_t n, const char *prefix,
                                         size_t *ret_n);

void unit_state_done(UnitState *s);
void unit_states_free(UnitState *states, size_t n);

/* Why a unit does not run: an errno and a clause (-ECHILD: its process failed; -ETIMEDOUT, -ENOMEM,
 * -EAGAIN: it is being tried again). 0 where it runs, or ended by itself and in order. */
int unit_state_to_error(const UnitState *s, Error *e);
