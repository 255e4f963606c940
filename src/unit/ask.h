/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The properties of many units, asked for without waiting for each answer. */

#include <systemd/sd-bus.h>

#include "basic/macro.h"
#include "unit/state.h"

typedef struct Asks Asks;

/* Asks for what is left to know of these units, which are named and must stay where they are;
 * returns without the answers. */
int asks_send(sd_bus *bus, UnitState *states, size_t n, bool details, Asks **ret);

/* Returns when all answers are in the states. `uptime_usec` is then when the unit became active, on
 * the monotonic clock. What a unit did not answer, since it went, is unset. */
int asks_receive(Asks *a);

Asks *asks_free(Asks *a);
DEFINE_CLEANUP(Asks *, asks_free);
