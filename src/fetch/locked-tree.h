/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A tree on disk as its lock file describes it: which packages have scripts, and which others are
 * removed with one. */

#include "basic/error.h"
#include "basic/json.h"

typedef struct LockedPackage {
        const char *location; /* "node_modules/a"; borrowed from the lock file */
        json_object *entry;   /* borrowed */
        const char *target;   /* of a symlink: the location of the package; borrowed. Else NULL */
        bool scripts, gyp, optional;
        bool reached, removed;
} LockedPackage;

typedef struct LockedTree {
        char *path;
        int fd;
        json_object *hidden;     /* node_modules/.package-lock.json */
        json_object *project;    /* package-lock.json */
        LockedPackage *packages; /* in npm's order: by depth, then by name */
        size_t n_packages;
        bool changed;
} LockedTree;

/* Reads both lock files. -EBADMSG, -ENOENT, … with a clause. */
int locked_tree_read(const char *path, Error *e, LockedTree *ret);
void locked_tree_done(LockedTree *t);

/* Removes a package, and all that no remaining one depends on. Negative with a clause. */
int locked_tree_remove(LockedTree *t, LockedPackage *p, Error *e);

/* Writes the lock files again if anything was removed. Negative with a clause. */
int locked_tree_write(LockedTree *t, Error *e);
