/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which modules are installed, and what is known of each. */

#include "store/module-file.h"

typedef struct Store Store;

/* Names of the installed modules, sorted; an empty store gives an empty vector. */
int store_names(Store *s, Error *e, char ***ret);

/* 1 and the current release of a module, 0 if it is not installed, negative if what is there cannot
 * be read. */
int store_load(Store *s, const char *name, Error *e, Module *ret);

/* Whether an error of store_load() means that the release is damaged, so that another one can take
 * its place; not that it cannot be read now, or that a newer pm2ctl wrote it. */
bool store_error_is_damage(int r);

/* The same, but -ENOENT with a clause if it is not installed, else 0. */
int store_load_installed(Store *s, const char *name, Error *e, Module *ret);

/* The smallest number no installed module has. */
int store_next_id(Store *s, Error *e, unsigned *ret);

/* The release that was current before the current one: 1, or 0 if none is kept. */
int store_load_previous(Store *s, const char *name, Error *e, Module *ret);

/* Opens the directory of a release, in which its tree is. Returns the descriptor. */
int store_open_release(Store *s, const Module *m);

/* Reads a file next to a release's tree, such as its package-lock.json. -ENOENT. */
int store_read_release_file(Store *s, const Module *m, const char *file, size_t max, char **ret,
                            size_t *ret_size);
