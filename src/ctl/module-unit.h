/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From installed modules to their units, several at a time. A module may have many: one for each
 * instance of each of its apps. Nothing but this and the model knows how many there are. */

#include "ctl/ctl.h"
#include "store/modules.h"
#include "unit/control.h"
#include "unit/query.h"

/* The outcome of a module that was running and is left alone. */
#define MODULE_RUNS_ALREADY 2

/* The loaded units that are modules', by name. Free with unit_states_free(). */
int modules_query(Context *c, UnitDepth depth, Error *e, UnitState **ret, size_t *ret_n);

/* The same in two steps; the second is units_answer(). */
int modules_ask(Context *c, UnitDepth depth, Error *e, UnitQuery **ret);

/* Names of a module's units: what its package asks for (NULL if that cannot be read: one unit), in
 * its order, then those that are loaded all the same. */
int module_units(const char *name, const Package *p, const UnitState *states, size_t n_states,
                 char ***ret);

/* The same with package.json as it is now, if the caller may read it. */
int module_units_read(const Module *m, const UnitState *states, size_t n_states, char ***ret);

/* Adds the words by which systemctl and journalctl find all units of a module, each with the
 * prefix.
 */
int module_add_patterns(const char *name, const char *prefix, char ***words);

typedef enum StartMode {
        START_ANEW,    /* what runs is stopped first */
        START_STOPPED, /* what runs is left alone */
        START_CHANGED, /* anew, by the module's watch: nobody waits for it to settle */
} StartMode;

/* Makes the modules' units from their package.json, starts them all at once, and waits until each
 * has stayed up for c->settle_usec or failed. Units that the package asks for no more are
 * stopped. `ret` has one outcome for each name, that of the first unit that failed; free it with
 * unit_outcomes_free(). Negative only if systemd cannot be talked to. */
int modules_start(Context *c, char *const *names, StartMode mode, Error *e, UnitOutcome **ret);

/* Whether the module's settings can be read. With a damaged file its launcher would only fail,
 * after what runs now was stopped: to be asked before. */
int module_check_settings(const Context *c, const char *name, Error *e);

/* Makes just these units anew and starts them, whosever they are; waits until each has stayed up
 * for `settle_usec`, or with 0 until it is started. One outcome for each unit; -ENOENT: its package
 * does not ask for it (any more). */
int units_renew(Context *c, char *const *units, uint64_t settle_usec, Error *e, UnitOutcome **ret);

/* Stops all units of the modules. One outcome for each name; 1: there was something to stop. */
int modules_stop(Context *c, char *const *names, Error *e, UnitOutcome **ret);

/* The same for one module; the outcome is the result. */
int module_start(Context *c, const char *name, StartMode mode, Error *e);
int module_stop(Context *c, const char *name, Error *e);

/* Nobody else installs, removes or starts the module until the descriptor returned is closed. */
int module_lock(Context *c, const char *name, Error *e);

/* Nobody installs or removes the modules meanwhile. Without effect, and fine, for a caller who may
 * not write to the state: whether it may start units is for systemd to decide. */
int modules_lock_shared(Context *c, char *const *names, Error *e, int *ret_fd);
