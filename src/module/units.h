/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which units a module has. It may have many: one for each instance of each of its apps, and others
 * that an earlier version of its package left running. */

#include "model/package.h"
#include "module/modules.h"
#include "store/module-file.h"
#include "unit/query.h"

/* Units that the manager has loaded, sorted by name. A stopped unit of a module is not loaded. */
typedef struct LoadedUnits {
        UnitState *states;
        size_t n;
} LoadedUnits;

void loaded_units_done(LoadedUnits *loaded);

/* Borrowed; NULL if it is not loaded. */
const UnitState *loaded_units_find(const LoadedUnits *loaded, const char *unit);

/* The loaded units of all modules. Blocks until the manager has answered. */
int modules_query(Modules *modules, UnitDepth depth, Error *e, LoadedUnits *ret);

/* The same in two steps. The first one does not block; between them unit_query_proceed() may
 * be called. */
int modules_ask(Modules *modules, UnitDepth depth, Error *e, UnitQuery **ret);
int modules_answer(UnitQuery *q, Error *e, LoadedUnits *ret);

/* Names of a module's units: those that its package declares (NULL if that cannot be read: one
 * unit), in its order, then those that are loaded beside them. `loaded` may be NULL. */
int module_units(const char *name, const Package *p, const LoadedUnits *loaded, char ***ret);

/* The same with package.json as it is now, if the caller may read it. */
int module_units_read(const Module *m, const LoadedUnits *loaded, char ***ret);

/* Names of those units that start with the module; NULL: none does. */
int module_units_autostarted(const Module *m, char ***ret);

/* Adds the names of a module's loaded units that are not among `units` yet. */
int module_units_add_loaded(const char *name, const LoadedUnits *loaded, char ***units);

/* Stops units (NULL: none) of whatever kind and waits until they are gone; those that would not go
 * are passed over. */
int modules_stop_units(Modules *modules, char *const *units, Error *e);

/* Adds the two shell patterns, each behind the prefix, by which systemctl and journalctl find all
 * units of a module. */
int module_add_patterns(const char *name, const char *prefix, char ***words);
