/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Tells a unit that runs from one that was merely started. */

#include <stdint.h>
#include <systemd/sd-bus.h>

typedef struct Error Error;

/* Waits until the unit has been up this long without a restart: 0. 1 if it ended by itself and in
 * order. -ECHILD and the like (unit_state_to_error()) with the reason if it failed; -EAGAIN if it
 * keeps being restarted, so that the end of that would be long in coming. -EINTR after
 * interrupt_catch(). */
int unit_wait_stable(sd_bus *bus, const char *unit, uint64_t usec, Error *e);
