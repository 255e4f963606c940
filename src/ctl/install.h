/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The steps of an install. Each leaves the old state whole until the last one. */

#include "ctl/ctl.h"
#include "ctl/source.h"
#include "store/modules.h"
#include "store/staging.h"

/* What the fetch unit says of the tree it made. */
typedef struct Fetched {
        char *name;
        char *version;
        char *source;
        char *integrity;
        uint64_t packages;
        bool scripts; /* something in the tree wants to run when it is installed */
} Fetched;

void fetched_done(Fetched *f);

/* Fills the staging folder's tree: resolves, downloads, verifies and lays out in one sandboxed
 * unit, runs the install scripts in another. Nothing runs any more when it returns. */
int fetch_module(Context *c, const Source *source, const Staging *staging, Error *e, Fetched *ret);

/* Stops the units that a killed install left at work in its staging folder. */
int fetch_abandon(Context *c, const char *number, Error *e);

/* Links a folder as a module: nothing is copied. */
int install_folder(Context *c, const Source *source);

/* --uid, --gid as they are written into module.json; NULL where they were not given. */
int install_identity(const Arguments *arg, Error *e, char **ret_user, char **ret_group);

/* The last steps: the tree (NULL: a linked folder) becomes a release and the current one, and is
 * started; if it does not stay up, an update goes back to the release before. Prints what happened.
 */
int install_commit(Context *c, const char *tree, Module *m);

/* At the first install: the relay, and the start at boot. */
int install_services(Context *c);
