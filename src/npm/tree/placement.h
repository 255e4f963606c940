/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Puts a package with its peers where npm would: as far up as nothing is in its way. */

#include "npm/tree/prune.h"

typedef struct PlacedNode {
        Edge *edge;
        Node *node;
} PlacedNode;

typedef struct Placement {
        Pruning pruning;
        PlacedNode *placed;
        size_t n_placed;
} Placement;

void placement_done(Placement *p);

/* Finds the place for `dep`, a node of a virtual tree, as an answer to the edge.
 * `explicit_request`: a person asked for it. -EEXIST and a clause if the module's own dependencies
 * contradict each other; with strict_peers of the tree also if those of other packages do. */
int place_dependency(Placement *p, Node *dep, Edge *edge, bool explicit_request, Error *e);
