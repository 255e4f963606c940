/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What pm2-launch finds out before it becomes a module's interpreter: which module, with what
 * settings, run how. */

#include "axm/mask.h"
#include "basic/error.h"
#include "model/package-units.h"
#include "store/modules.h"
#include "store/scope.h"
#include "store/settings.h"

/* The module finds its channel here, wherever PM2 or pm2ctl started it. */
#define CHANNEL_FD 3

typedef struct Plan {
        Scope scope;
        Module module;
        int package_fd; /* of the folder with package.json, until program_find_script() is done with
                           it */
        Package package;
        const App *app; /* in package */
        UnitPlace place;
        Settings *global, *settings;
        json_object *document;

        char *script;      /* absolute */
        char *cwd;         /* the folder it is started in */
        char *data;        /* the folder for the module's own data; NULL: there is none */
        char *interpreter; /* as declared or guessed */
        char *program;     /* absolute path of what is executed */
        char **argv, **env;
} Plan;

#define PLAN_EMPTY ((Plan){ .package_fd = -EBADF })

/* Each needs the one before it; all say in `e` what is wrong. `words` are the parts of the unit's
 * name: the module's id, the app's part and the instance, the latter two if there are any. */
int plan_module(Plan *p, const char *id, Error *e);
/* Opens the module's folder, which of a linked one is the folder that was linked. */
int plan_folder(Plan *p, Error *e);
/* Reads package.json there, and enters the app's working directory. */
int plan_app(Plan *p, char *const *words, Error *e);
int plan_settings(Plan *p, Error *e);
int plan_environment(Plan *p, Error *e);

/* What must not be seen in what the module sends. */
int plan_mask(const Plan *p, Mask **ret);

/* Whether MODULE_DEBUG is set to something. */
bool plan_debug(const Plan *p);

void plan_done(Plan *p);
