/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The signals that stop a program which runs to its end, SIGINT, SIGTERM and SIGHUP: while it runs
 * they go to an event loop. */

#include <signal.h>
#include <systemd/sd-event.h>

#include "basic/macro.h"

#define STOP_SIGNALS 3

typedef struct StopSignals {
        sd_event_source *sources[STOP_SIGNALS];
        sigset_t mask; /* the caller's */
        bool masked;
} StopSignals;

/* Blocks them, and SIGCHLD, and has the loop call `handler`. An errno of the loop; end it with
 * stop_signals_done() in any case. */
int stop_signals_catch(StopSignals *s, sd_event *event, sd_event_signal_handler_t handler,
                       void *userdata);

/* Takes them off the loop; they stay blocked. */
void stop_signals_detach(StopSignals *s);

/* Restores the caller's mask as well: a signal that waits may end the process now. */
void stop_signals_done(StopSignals *s);

/* In a child: what came since the fork must end it, and not be noted by the parent's handler and
 * forgotten by execve(). What is ignored stays so. */
void stop_signals_reset(void);
