/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Comparing trees by what is in their directories, without reading files. */

#include "basic/macro.h"

/* Whether the tree has all that `wanted` has: entries of the same names and types, the same
 * targets of symlinks and, with `sizes`, files of the same sizes. What it has beyond that does not
 * count. False also for what cannot be read or is too deep; symlinks are not followed. */
bool tree_has_all(int tree_fd, int wanted_fd, bool sizes);
