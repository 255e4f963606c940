/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Takes out of the tree what a placement made superfluous. */

#include "npm/tree/depset.h"

/* Removes the node if its dependents find something as good further up; else, with `descend`, looks
 * at what is below it. */
int prune_duplicates(Tree *t, Node *n, bool descend, bool explicit_request);

/* Everything of that name below the target may now be a duplicate of what was placed there. */
int prune_below(Tree *t, Node *target, const Name *name, bool explicit_request);

/* Puts `placed` in the place of `old`, with which goes what only it needed. Peers that it broke go
 * as well, to be placed anew: `holes` gets the nodes whose dependencies they were. */
int prune_and_replace(Tree *t, Node *placed, Node *old, NodeSet *holes);
