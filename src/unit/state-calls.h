/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The properties of many units, asked for without waiting for each answer. */

#include <systemd/sd-bus.h>

#include "basic/macro.h"

typedef struct UnitState UnitState;
typedef struct StateCalls StateCalls;

/* Called when all answers about one unit are in its state. `uptime_usec` is then when it became
 * active, on the monotonic clock. What is not known of a unit, since it went, is unset. */
typedef int (*StateDone)(UnitState *state, void *userdata);

/* Asks for what is left to know of these units, which are named and must stay where they are;
 * returns without the answers. -ENOMEM, or an errno of the bus. */
int state_calls_send(sd_bus *bus, UnitState *states, size_t n, bool details, StateDone done,
                     void *userdata, StateCalls **ret);

/* Returns when all is answered, or with the first error of a call or of `done`. */
int state_calls_receive(StateCalls *c);

/* Answers that have not come are not waited for. */
StateCalls *state_calls_free(StateCalls *c);
DEFINE_CLEANUP(StateCalls *, state_calls_free);
