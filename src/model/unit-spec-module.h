/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The unit of one instance of a module's app. */

#include "model/package-units.h"
#include "model/scope-kind.h"

typedef struct UnitSpec UnitSpec;

/* What one unit of a module is made from; everything is borrowed. */
typedef struct ModuleUnit {
        ScopeKind scope;
        const char *name;   /* of the module */
        const char *folder; /* with package.json; absolute */
        const Package *package;
        AppInstance instance;
        const char *config; /* the scope's folder of settings */
        const char *state;  /* the scope's folder of modules */
        const char *user;   /* --uid or a linked folder's owner; NULL: a user of its own */
        const char *group;
        const char *link;          /* the linked folder, or NULL */
        char *const *name_servers; /* "ADDRESS/LENGTH" of link-local ones */
        const char *launcher;      /* NULL: the installed pm2-launch */
} ModuleUnit;

/* One of a module's units. -EINVAL with a clause that names the field. */
int unit_spec_module(const ModuleUnit *m, Error *e, UnitSpec *ret);

/* The bytes that the name of a module's unit may have in the scope. */
size_t unit_name_max(ScopeKind scope);
