/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What follows once the tree stands: npm's flags, and which optional packages stay out. */

#include "npm/tree/tree.h"

typedef struct Platform Platform;

/* npm's flags of all nodes. Part of ideal_build(), and to be done again after the tree was changed.
 */
void ideal_set_flags(Tree *t);

/* Leaves out what is optional and cannot be had or does not run here. -EOPNOTSUPP and a clause for
 * what is not optional and does not run here. */
int ideal_check(Tree *t, const Platform *platform, Error *e);

/* Leaves out the optional dependency that `n` is a part of. -ENOTRECOVERABLE if it is not optional.
 */
int ideal_drop_optional(Node *n);
