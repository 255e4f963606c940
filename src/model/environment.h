/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a module finds in its environment: its settings, as the document they make together and as
 * one variable each, and what PM2 tells a module about itself. Pure. Later sources win: the
 * package's "config", the app's "env", what the unit's environment already holds (a drop-in's
 * Environment=), the global settings, the module's own. */

#include "basic/error.h"
#include "basic/json.h"
#include "basic/macro.h"
#include "model/package.h"

/* The kernel takes no longer string ("NAME=value", without the NUL) in an environment. */
#define ENVIRONMENT_STRING_MAX (128U * 1024U - 1U)

typedef enum Origin {
        ORIGIN_PACKAGE,
        ORIGIN_APP,
        ORIGIN_DROPIN,
        ORIGIN_GLOBAL,
        ORIGIN_MODULE,
        _ORIGIN_MAX,
        _ORIGIN_INVALID = -EINVAL,
} Origin;

const char *origin_to_string(Origin origin);

typedef struct EnvironmentSource {
        const Package *package;
        const App *app;
        char *const *base;   /* what the manager gave the unit; may be NULL */
        json_object *global; /* settings: objects, or NULL */
        json_object *module;
} EnvironmentSource;

/* What the variables that describe the module say. */
typedef struct EnvironmentFacts {
        unsigned pm_id;
        unsigned instance;
        const char *script;      /* absolute */
        const char *cwd;         /* absolute */
        const char *interpreter; /* as it was found */
        const char *home;        /* NULL leaves HOME alone */
        const char *pm2_home;
        int channel_fd;
} EnvironmentFacts;

/* The settings document, an object. `ret_origins` (may be NULL) gets an object of the same shape in
 * which the name of an origin stands for each value that is no object (and for an empty one). */
int environment_document(const EnvironmentSource *source, json_object **ret,
                         json_object **ret_origins);

/* The whole environment, and the document in it. -E2BIG if a string of it is longer than
 * ENVIRONMENT_STRING_MAX, with a clause that names it. */
int environment_build(const EnvironmentSource *source, const EnvironmentFacts *facts, Error *e,
                      char ***ret, json_object **ret_document);

/* Whether a variable is one that a package may not set: the ones that say who the process is, where
 * its programs are, and what systemd and pm2ctl tell it. */
bool environment_is_reserved(const char *name);

/* Whether it is one that nobody may set: the module's channel is found by it. */
bool environment_is_channel(const char *name);
