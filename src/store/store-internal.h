/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What modules.c (reading), release.c (changing) and lock.c share. */

#include "store/modules.h"

#define RELEASES "releases"
#define CURRENT  "current"
#define DISABLED "disabled"

struct Store {
        ScopeKind scope;
        char *path; /* <state> */
        int fd;
        int modules_fd;
};

/* Descriptor of modules/<folder>; -ENOENT if the module is not there. */
int store_open_module(Store *s, const char *name);

/* The names, sorted, of the modules that have a current release, or of those that no install has
 * committed. */
int store_list(Store *s, bool committed, Error *e, char ***ret);

/* The release `current` names in a module's folder, which is a path below `fd`; NULL if there is
 * none. */
int store_current_release(int fd, const char *folder, Error *e, char **ret);

/* The release that was made last but for `other`; NULL if there is none. */
int store_last_release(int module_fd, const char *other, char **ret);

/* Derives m->package and m->home. */
int store_set_paths(Store *s, Module *m);
