/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Starting, stopping and restarting units, several at a time: all are asked for first, then all are
 * waited for. What became of each stands in an array of outcomes; the functions themselves fail
 * only where systemd cannot be talked to. */

#include <systemd/sd-bus.h>

#include "basic/error.h"
#include "basic/macro.h"
#include "model/unit-spec.h"

typedef struct UnitOutcome {
        int r; /* 0, or an errno and */
        Error error;
        uint64_t start_usec; /* when it was started (now_usec()); 0: it was not */
        char *unit;          /* for the caller: which of several it is about; freed with the rest */
} UnitOutcome;

void unit_outcomes_free(UnitOutcome *outcomes, size_t n);

/* Starts units anew from their specifications: what is there of that name is stopped first and
 * forgotten, its start limit too. Outcome -ECHILD (or what unit_state_to_error() says): it was
 * started and failed; systemd may be trying again. */
int units_start(sd_bus *bus, const UnitSpec *specs, size_t n, Error *e, UnitOutcome **ret);

/* Stops units and forgets what became of them; one that is not there is fine. The outcome tells
 * only of units that would not go. On return no process of a unit is left. */
int units_stop(sd_bus *bus, char *const *units, Error *e, UnitOutcome **ret);

/* Restarts units as they are, with their start limit reset, so that they read their settings anew.
 * Outcome -ENOENT: it is not there (start it). */
int units_restart(sd_bus *bus, char *const *units, Error *e, UnitOutcome **ret);

/* The same, but what somebody has asked to be stopped meanwhile stays so, with an outcome that says
 * it. */
int units_try_restart(sd_bus *bus, char *const *units, Error *e, UnitOutcome **ret);

/* The same for one unit; the outcome is the result. */
int unit_start(sd_bus *bus, const UnitSpec *spec, Error *e);
int unit_stop(sd_bus *bus, const char *unit, Error *e);
