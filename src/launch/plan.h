/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What pm2-launch finds out before it becomes a module's interpreter: which module, with what
 * settings, run how. */

#include "model/package-units.h"
#include "model/package.h"
#include "store/module-file.h"
#include "store/scope.h"

typedef struct Mask Mask;
typedef struct Settings Settings;
typedef struct json_object json_object;

/* The module finds its channel here, wherever PM2 or pm2ctl started it. */
#define CHANNEL_FD 3

typedef struct Plan {
        Scope scope;
        Module module;
        int package_fd; /* of the folder with package.json; program_find_script() closes it */
        Package package;
        const App *app; /* in package */
        AppInstance instance;
        Settings *global, *settings;
        json_object *document; /* of the environment */

        char *script; /* absolute, unless it is a `command` of the PATH, or a line for a shell */
        bool command;
        char *cwd;         /* the folder it is started in */
        char *data;        /* the folder for the module's own data; NULL: there is none */
        char *interpreter; /* as declared or guessed */
        char *program;     /* absolute path of what is executed */
        char **argv, **env;
} Plan;

/* The state folder, in units of the user scope: what XDG variables say may have changed. */
#define VARIABLE_STATE "PM2CTL_STATE"

#define PLAN_EMPTY     ((Plan) { .package_fd = -EBADF })

/* Each step needs the one before it. On failure `e` has a clause, except for -ENOMEM. */

/* Finds the installed module with that ID. */
int plan_module(Plan *p, const char *id, Error *e);

/* Opens the module's folder, which of a linked one is the folder that was linked. */
int plan_folder(Plan *p, Error *e);

/* Reads package.json there, chooses the app, and enters its working directory. `words` are the
 * parts of the unit's name: the module's ID, the app's part and the instance, the latter two if
 * there are any. */
int plan_app(Plan *p, char *const *words, Error *e);

/* Here program_find_script() comes in. Reads the global and the module's settings from the unit's
 * credentials. */
int plan_settings(Plan *p, Error *e);

/* The secrets that must not be seen in what the module sends. -ENOMEM. */
int plan_mask(const Plan *p, Mask **ret);

/* Whether MODULE_DEBUG is set to something. */
bool plan_debug(const Plan *p);

/* Frees and closes what the steps have found; fine at any point between them. */
void plan_done(Plan *p);
