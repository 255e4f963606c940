/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The properties of many units, asked for without waiting for each answer. */

#include <systemd/sd-bus.h>

#include "basic/macro.h"
#include "unit/state.h"

typedef struct Asks Asks;

/* Called when all answers about one unit are in its state. `uptime_usec` is then when it became
 * active, on the monotonic clock. What a unit did not answer, since it went, is unset. */
typedef int (*AsksDone)(UnitState *state, void *userdata);

/* Asks for what is left to know of these units, which are named and must stay where they are;
 * returns without the answers. */
int asks_send(sd_bus *bus, UnitState *states, size_t n, bool details, AsksDone done, void *userdata,
              Asks **ret);

/* Returns when all is answered, or with the first error of a call. */
int asks_receive(Asks *a);

Asks *asks_free(Asks *a);
DEFINE_CLEANUP(Asks *, asks_free);
