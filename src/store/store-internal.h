/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What modules.c (reading) and release.c (changing) share. */

#include "store/modules.h"

#define RELEASES "releases"
#define CURRENT  "current"
#define DISABLED "disabled"

struct Store {
        char *path; /* <state> */
        int fd;
        int modules_fd;
};

/* Descriptor of modules/<folder>; -ENOENT if the module is not there. */
int store_open_module(Store *s, const char *name);

/* 1 if modules/<folder> has a current release, 0 for an install that was never committed. */
int store_is_committed(Store *s, const char *folder);

/* The release `current` names, NULL if there is none. */
int store_current_release(int module_fd, Error *e, char **ret);

/* The release that was made last but for `other`; NULL if there is none. */
int store_last_release(int module_fd, const char *other, char **ret);

/* Derives m->package and m->home. */
int store_set_paths(Store *s, Module *m);
