/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The settings files of one command: each loaded once, all written together under the scope's lock,
 * then the modules they reach restarted, once. */

#include "ctl/ctl.h"
#include "model/environment.h"
#include "model/key.h"
#include "store/modules.h"
#include "store/settings.h"

typedef struct EditFile EditFile;

typedef struct Edit {
        Context *context;
        char **installed;
        char **known;   /* installed, or set up already */
        char **skipped; /* broken already: not to be restarted */
        bool shrinks;   /* what was wrong before and still is, is no reason to refuse */
        EditFile *files;
        size_t n_files;
        int lock_fd;
} Edit;

#define EDIT_NULL ((Edit){ .lock_fd = -EBADF })

/* With `write` the lock is taken, and held until edit_commit(). */
int edit_open(Context *c, bool write, Error *e, Edit *ret);
void edit_done(Edit *edit);

/* The settings of a module (NULL: the global ones), loaded when first asked for; borrowed. */
int edit_settings(Edit *edit, const char *module, Error *e, Settings **ret);

/* Says that a module's settings were changed. */
void edit_touch(Edit *edit, const char *module);

/* Writes what was changed if every module it reaches can still be started with it, and releases the
 * lock. Nothing is written if anything is wrong. */
int edit_commit(Edit *edit, Error *e);

/* Restarts what the changes reach, unless --no-restart. Says itself what it did. */
int edit_restart(Edit *edit);

/* A module's package, or an empty one of that name where it is not installed. */
int edit_package(Edit *edit, const char *module, Error *e, Package *ret);
int edit_empty_package(const char *module, Package *ret);
