/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Makes the nodes of a tree, and lists those that get a folder. */

#include "npm/tree/tree.h"

/* A node of its own, in no tree. `manifest` (borrowed) may be NULL for one that could not be had.
 * -ENOMEM, -E2BIG. */
int tree_new_node(Tree *t, Name *name, Manifest *manifest, Node **ret);

/* A virtual root with the edges of `source`. */
int tree_new_virtual(Tree *t, Node *source, Node **ret);

/* A node of its own that is fetched as the given node is. */
int tree_copy_node(Tree *t, const Node *node, Node **ret);

/* The packages in node_modules, sorted by place, parents before what is in them: without the root,
 * and without what stays out. The caller frees the list. -ENOMEM. */
int tree_list(const Tree *t, Node ***ret, size_t *ret_n);
