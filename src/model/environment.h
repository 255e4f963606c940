/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a module finds in its environment: its settings, as the document they make together and as
 * one variable each, and what PM2 tells a module about itself. Pure. Later sources win: the
 * package's "config", the app's "env", what the unit's environment already holds (a drop-in's
 * Environment=), the global settings, the module's own. */

#include "model/environment-document.h"

/* The kernel takes no longer string ("NAME=value", without the NUL) in an environment. */
#define ENVIRONMENT_STRING_MAX (128U * 1024U - 1U)

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

/* The whole environment, and the document in it. -E2BIG if a string of it is longer than
 * ENVIRONMENT_STRING_MAX, with a clause that names it. */
int environment_build(const EnvironmentSource *source, const EnvironmentFacts *facts, Error *e,
                      char ***ret, json_object **ret_document);
