/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The bridge's sign of life: without it the manager ends the module (WatchdogSec=) and starts it
 * again, with a new bridge. A module could not tell that its bridge is gone. */

#include "basic/macro.h"

typedef struct Heartbeat {
        uint64_t interval_usec; /* 0: the manager expects none */
        uint64_t next_usec;
} Heartbeat;

/* Beats as often as $WATCHDOG_USEC asks for. */
void heartbeat_init(Heartbeat *h);

/* Microseconds until the next beat, USEC_INFINITY if there is none to come. */
uint64_t heartbeat_due(const Heartbeat *h);

/* Beats if it is time. */
void heartbeat_beat(Heartbeat *h);

/* Tells the manager to expect no more beats: the module has closed its channel, which it may, and
 * needs no bridge. Whether this was sent. */
bool heartbeat_end(Heartbeat *h);
