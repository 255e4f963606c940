/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A module's settings as the one JSON object that they make together. Later sources win: the
 * package's "config", the app's "env", what the unit's environment already holds (a drop-in's
 * Environment=), the global settings, the module's own. */

#include "basic/json.h"

typedef struct App App;
typedef struct Package Package;

typedef enum Origin {
        ORIGIN_PACKAGE,
        ORIGIN_APP,
        ORIGIN_DROPIN,
        ORIGIN_GLOBAL,
        ORIGIN_MODULE,
        _ORIGIN_MAX,
        _ORIGIN_INVALID = -EINVAL,
} Origin;

/* As --json has it; NULL for an invalid one. */
const char *origin_to_string(Origin origin);

typedef struct EnvironmentSource {
        const Package *package;
        const App *app;
        char *const *base;   /* what the manager gave the unit; may be NULL */
        json_object *global; /* settings: objects, or NULL */
        json_object *module;
} EnvironmentSource;

/* The settings document, an object. `ret_origins` (may be NULL) gets an object of the same shape in
 * which the name of an origin stands for each value that is not an object (and for an empty one).
 * */
int environment_document(const EnvironmentSource *source, json_object **ret,
                         json_object **ret_origins);
