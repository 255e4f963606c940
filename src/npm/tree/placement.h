/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Puts a package with its peers where npm would: as far up as nothing is in its way. */

#include "npm/tree/can-place.h"

/* One package that was placed. */
typedef struct Placed {
        Edge *edge;
        Node *node;
} Placed;

typedef struct Placing {
        Tree *tree;
        Placed *placed;
        size_t n_placed;
        NodeSet holes; /* nodes whose dependencies were taken away to make room */
} Placing;

void placing_done(Placing *p);

/* Finds the place for `dep`, a node of a virtual tree, as an answer to the edge.
 * `explicit_request`: a person asked for it. -EEXIST and a clause if the module's own dependencies
 * contradict each other. */
int place_dependency(Placing *p, Node *dep, Edge *edge, bool explicit_request, Error *e);
