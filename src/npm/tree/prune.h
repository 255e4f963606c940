/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Takes out of the tree what a placement made superfluous. */

#include "npm/tree/depset.h"

typedef struct Pruning {
        Tree *tree;
        NodeSet holes; /* nodes whose dependencies were taken away to make room */
} Pruning;

/* Removes the node if its dependents find something as good further up; else, with `descend`, looks
 * at what is below it. */
int prune_duplicates(Pruning *p, Node *n, bool descend, bool explicit_request);

/* Everything of that name below the target may now be a duplicate of what was placed there. */
int prune_below(Pruning *p, Node *target, const Name *name, bool explicit_request);

/* Puts `placed` in the place of `old`, with which goes what only it needed. Peers that it broke go
 * as well, to be placed anew. */
int prune_and_replace(Pruning *p, Node *placed, Node *old);
