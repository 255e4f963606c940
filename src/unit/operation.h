/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Starting, stopping and restarting units, several at a time: all are asked for first, then all are
 * waited for. What became of each stands in an array of outcomes, in the order of the units; the
 * functions themselves fail only where systemd cannot be talked to. */

#include <systemd/sd-bus.h>

#include "unit/unit-outcome.h"

typedef struct UnitSpec UnitSpec;

/* Starts units anew from their specifications: a unit of that name is stopped first and forgotten,
 * its start limit too. Outcome -ECHILD (or what unit_state_to_error() returns): it was started and
 * failed; systemd may be trying again. */
int units_start(sd_bus *bus, const UnitSpec *specs, size_t n, Error *e, UnitOutcome **ret);

/* Stops units and forgets what became of them; one that is not there is fine. A bad outcome says
 * that the unit cannot be stopped. On return no process of a unit is left. */
int units_stop(sd_bus *bus, char *const *units, Error *e, UnitOutcome **ret);

/* Restarts units as they are, with their start limit reset, so that they read their settings anew.
 * Outcome -ENOENT: it is not there (start it). */
int units_restart(sd_bus *bus, char *const *units, Error *e, UnitOutcome **ret);

/* The same, but a unit that another client asked to stop meanwhile stays so, with an outcome that
 * says it. */
int units_try_restart(sd_bus *bus, char *const *units, Error *e, UnitOutcome **ret);

/* The same for one unit; its outcome is the result. */
int unit_start(sd_bus *bus, const UnitSpec *spec, Error *e);
int unit_stop(sd_bus *bus, const char *unit, Error *e);
