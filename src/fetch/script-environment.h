/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The environment npm gives a package's script. */

#include "fetch/locked-tree.h"

/* `package` is its package.json. The caller frees the vector. */
int script_environment(const char *tree, const LockedPackage *p, json_object *package,
                       const char *event, const char *script, const char *home, char ***ret);

/* Sets PATH: the commands of the packages beside TREE/LOCATION and of those further up, then the
 * caller's own. */
int script_environment_path(char ***env, const char *tree, const char *location);
