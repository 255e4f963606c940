/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One action asked of many units, side by side: each unit's bridge is called, and each answer
 * waited for until one deadline. Any process that may open the modules' runtime folders may do so
 * at the same time as others: the bridges have them take turns.
 *
 * A caller without an event loop calls actions_run(). One with a loop calls actions_start(), then,
 * until actions_poll() returns 0, polls what that gives, and calls actions_dispatch(). */

#include "module/action-target.h"

struct pollfd;

/* Adds a unit of a module. */
int actions_add(Actions *a, const char *unit);
void actions_done(Actions *a);

/* Calls all targets. A unit that is just being started is called again later. */
int actions_start(Actions *a);

/* What is to be polled now, `fds` having one element for each target (fd -1: nothing), and until
 * when (now_usec()). 0 when every target has its final state, else 1. */
int actions_poll(Actions *a, struct pollfd *fds, uint64_t *ret_until_usec);

/* Takes what poll() found. Never waits, but for a call to the manager about a unit that does not
 * listen. */
int actions_dispatch(Actions *a, const struct pollfd *fds);

/* All of it: blocks until every target has its final state, at most `timeout_usec`. */
int actions_run(Actions *a);
