/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The tree as npm writes it down, so that npm's own tools (`npm ls`, `npm audit`) understand what
 * was installed. */

#include "npm/tree/tree.h"

typedef enum LockfileKind {
        LOCKFILE_PROJECT, /* package-lock.json, beside node_modules */
        LOCKFILE_HIDDEN,  /* node_modules/.package-lock.json: only what is really there, and no root
                           */
} LockfileKind;

/* The text of a lock file, version 3, with a line end. `name` is the root's. NULL if out of memory.
 */
char *lockfile_write(const Tree *t, LockfileKind kind, const char *name);

/* The text of the package.json that goes with it: private, and it depends on the module alone.
 * `name` as above. */
char *lockfile_write_root(const Tree *t, const char *name);
