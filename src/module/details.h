/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All that is known of one module. Secrets are masked. */

#include "basic/json.h"
#include "module/unit-facts.h"
#include "unit/limits.h"

typedef struct UnitDetails {
        UnitFacts facts;
        const App *app;  /* as which it is declared; NULL: by an earlier version only */
        bool has_limits; /* systemd knows them only while the unit is loaded */
        UnitLimits limits;
        unsigned not_enforced; /* CGROUP_…: what the kernel cannot hold it to */

        /* what it reported of itself; NULL: nothing */
        json_object *options, *actions, *monitor, *dependencies, *error;
        uint64_t n_errors;
} UnitDetails;

typedef enum SettingsAccess {
        SETTINGS_READ,
        SETTINGS_DENIED, /* only root, or the modules' owner, may read them */
        SETTINGS_BROKEN,
} SettingsAccess;

typedef struct ModuleDetails {
        Module module;
        Package package;
        SettingsAccess access;
        json_object *settings; /* as the module gets them */
        uint64_t runtime_size; /* bytes of the file system of all modules' runtime folders;
                                  UINT64_MAX: it is the system's own */
        LoadedUnits loaded;
        UnitDetails *units; /* the first one's reports stand for the module; none: see below */
        size_t n_units;
} ModuleDetails;

/* 1, or 0 if the module is not installed. Negative if something cannot be read: `ret` has the rest
 * then, or no units if that is nothing. Blocks for some calls to the manager; a user's missing
 * manager is a note. Free in any case. */
int module_details(Modules *modules, const char *name, Error *e, ModuleDetails *ret);
void module_details_done(ModuleDetails *d);
