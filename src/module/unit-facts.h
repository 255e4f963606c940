/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is known of one unit of a module. */

#include "module/measured.h"
#include "module/units.h"

typedef struct UnitFacts {
        const Module *module;   /* borrowed, as the next two */
        const Package *package; /* without apps where it cannot be read */
        const UnitState *state; /* NULL: it is not loaded, since it is stopped */
        char *unit;
        char *app; /* its name among the module's units; NULL where the package has one unit */
        unsigned instance;
        Measured measured; /* MEASURED_UNIT until another process is asked for */
} UnitFacts;

/* Takes what follows from the unit's name; `ret->measured` is left for the caller to find. */
int unit_facts_init(const Module *m, const Package *p, const LoadedUnits *loaded, const char *unit,
                    UnitFacts *ret);
void unit_facts_done(UnitFacts *facts);

/* Bytes and ns of what is measured; UINT64_MAX: unknown. */
uint64_t unit_facts_memory(const UnitFacts *facts);
uint64_t unit_facts_cpu_nsec(const UnitFacts *facts);
