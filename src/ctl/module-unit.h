/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From installed modules to their units, several at a time. */

#include "ctl/ctl.h"
#include "unit/control.h"

/* A module that stays up this long has started. */
#define MODULE_SETTLE_USEC (1 * USEC_PER_SEC)

/* Makes the modules' units anew from their package.json, starts them all at once (what runs is
 * stopped first), and waits until each has stayed up for MODULE_SETTLE_USEC or failed. `ret` has
 * one outcome for each name; free it with unit_outcomes_free(). Negative only if systemd cannot be
 * talked to. */
int modules_start(Context *c, char *const *names, Error *e, UnitOutcome **ret);

/* Stops all units of the modules. One outcome for each name. */
int modules_stop(Context *c, char *const *names, Error *e, UnitOutcome **ret);

/* The same for one module; the outcome is the result. */
int module_start(Context *c, const char *name, Error *e);
int module_stop(Context *c, const char *name, Error *e);

/* Nobody else installs, removes or starts the module until the descriptor returned is closed. */
int module_lock(Context *c, const char *name, Error *e);

/* Nobody installs or removes the modules meanwhile. Without effect, and fine, for a caller who may
 * not write to the state: whether it may start units is for systemd to decide. */
int modules_lock_shared(Context *c, char *const *names, Error *e, int *ret_fd);

/* The last lines of the module's journal, to standard error. */
void module_show_log(Context *c, const char *name);
