/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All installed modules and their units at one moment. */

#include "module/unit-facts.h"

typedef struct InstalledModule {
        Module module;
        Package package; /* without apps where it cannot be read */
} InstalledModule;

typedef struct Survey {
        InstalledModule *modules; /* by name */
        size_t n_modules;
        LoadedUnits loaded;
        UnitFacts *units; /* by their modules' names, each module's in its package's order */
        size_t n_units;
        int r; /* of a module that cannot be read, which is left out; else 0 */
} Survey;

/* Reads the modules while the manager answers; blocks until it has. Of units that are not loaded,
 * or for a user without a manager (MODULE_NOTE_NO_MANAGER), no state is known. A module that
 * cannot be read is a note, MODULE_NOTE_UNREADABLE. Empty where nothing was ever installed.
 * Negative if the store or the manager cannot be asked. */
int modules_survey(Modules *modules, Error *e, Survey *ret);
void survey_done(Survey *survey);
