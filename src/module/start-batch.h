/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* For start.c: units that are started together. First all are added, then all are started. */

#include "model/denied-address.h"
#include "model/package.h"
#include "module/modules.h"
#include "module/outcome.h"
#include "store/module-file.h"

typedef struct UnitSpec UnitSpec;

/* What one module's units are made from. */
typedef struct StartSource {
        Module module;
        Package package;
        char *user; /* as which its units run; NULL: each module's own */
} StartSource;

/* Reads it, and checks that the settings can be read. -ENOENT: the module is not installed. */
int start_source_load(Modules *modules, const char *name, Error *e, StartSource *ret);
void start_source_done(StartSource *source);

/* Each unit has an owner, the index of the outcome that its own is part of. */
typedef struct StartBatch {
        UnitSpec *specs;
        size_t *owner;
        size_t n;
        NameServers servers;
} StartBatch;

int start_batch_open(const Modules *modules, StartBatch *ret);
void start_batch_done(StartBatch *b);

/* Adds a unit by its name: 1, or 0 if the module's package does not declare it. */
int start_batch_add(const Modules *modules, const StartSource *source, const char *unit,
                    size_t owner, Error *e, StartBatch *b);

/* Starts all and waits for each to settle, side by side: the first wait is one for all. What failed
 * is put into the owners' outcomes; 0 µs: none is waited for. */
int start_batch_run(Modules *modules, const StartBatch *b, uint64_t settle_usec, Error *e,
                    UnitOutcome *outcomes);
