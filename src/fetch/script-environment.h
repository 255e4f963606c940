/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The environment npm gives a package's script. */

#include "fetch/locked-tree.h"

typedef struct ScriptVariable {
        const char *name, *value; /* without a value it is not set */
} ScriptVariable;

/* The environment of an install script of package `p` in the tree; `package` is its package.json,
 * `home` is for HOME and temporary files. The caller frees the vector. -ENOMEM. */
int script_environment_make(const char *tree, const LockedPackage *p, json_object *package,
                            const char *event, const char *script, const char *home, char ***ret);

int script_environment_set(char ***env, const ScriptVariable *variables, size_t n);

/* Sets PATH: the commands of the packages beside TREE/LOCATION and of those further up, then the
 * caller's own. */
int script_environment_set_path(char ***env, const char *tree, const char *location);
