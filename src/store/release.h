/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A module's releases: adding one, making one the current one, taking old ones away. Under the
 * store's lock. */

#include "basic/error.h"

typedef struct Module Module;
typedef struct Store Store;

/* Moves `tree` (an absolute path on the same file system; NULL for a linked module) into a new
 * release with m's module.json, without making it current. Sets m->release and m->package. */
int store_add_release(Store *s, const char *tree, Module *m, Error *e);

/* Makes a release the current one: the commit. `ret_previous` (may be NULL) gets the one before,
 * NULL if none. */
int store_switch(Store *s, const char *name, const char *release, Error *e, char **ret_previous);

/* Removes all releases but the current one and `keep` (may be NULL). */
int store_prune(Store *s, const char *name, const char *keep, Error *e);

/* Takes a release away that is not current. */
int store_drop_release(Store *s, const char *name, const char *release, Error *e);

/* Whether the module is started at boot. -ENOENT if it is not installed. */
int store_set_disabled(Store *s, const char *name, bool disabled, Error *e);
