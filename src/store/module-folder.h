/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A module's folder in the store, <state>/modules/<folder>: what is in it, and how it is named.
 * For the store's own files. */

#include "basic/error.h"

typedef struct Module Module;
typedef struct Store Store;

#define RELEASES "releases" /* <version>-<n>/ */
#define CURRENT  "current"  /* a link to one of them; switching it is the commit */
#define DISABLED "disabled" /* there if the module is not started at boot */

/* Descriptor of modules/<folder>; -ENOENT if the module is not there. */
int store_open_module(Store *s, const char *name);

/* The names, sorted, of the modules that have a current release, or of those that no install has
 * committed. */
int store_list(Store *s, bool committed, Error *e, char ***ret);

/* The release that `current` names in a module's folder, which is a path below `fd`; NULL if there
 * is none. */
int store_current_release(int fd, const char *folder, Error *e, char **ret);

/* Releases are numbered in the order in which they are made: the number after the last one used. */
int store_next_release_number(int releases_fd, unsigned long *ret);

/* The release that was made last but for `other`; NULL if there is none. */
int store_last_release(int module_fd, const char *other, char **ret);

/* Derives m->package and m->home from its release. */
int store_set_paths(Store *s, Module *m);
