/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Watching the directory of a module for changes, and restarting what they concern: the apps that
 * are watched, or all of the module once another package.json is there. */

#include "basic/macro.h"

typedef struct Error Error;
typedef struct ModuleWatch ModuleWatch;
typedef struct Modules Modules;

/* Begins to watch. It borrows the Modules, and opens its store and bus; closing it returns NULL.
 * -ENOENT: the module is not installed. */
int module_watch_open(Modules *modules, const char *name, Error *e, ModuleWatch **ret);
ModuleWatch *module_watch_close(ModuleWatch *w);

/* Waits for the next change, blocking, and restarts what it concerns. What did not start is a note
 * (MODULE_NOTE_WATCH_START_FAILED) and is started by the next change. 1; 0 at once: no app is to be
 * watched (any more). */
int module_watch_next(ModuleWatch *w, Error *e);

/* Whether an error of these functions says that the directory is no longer what was linked, or its
 * owner is gone: no change will mend that. */
bool module_watch_is_over(int r);
