/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* May a package stand in a certain node_modules folder? Nothing here changes a tree. */

#include "npm/tree/depset.h"

typedef enum CanPlaceAnswer {
        CAN_PLACE_CONFLICT,
        CAN_PLACE_OK,      /* nothing is there */
        CAN_PLACE_REPLACE, /* what is there may go */
        CAN_PLACE_KEEP,    /* what is there will do */
} CanPlaceAnswer;

typedef struct CanPlace CanPlace;

/* One question and its answer. */
struct CanPlace {
        Tree *tree;
        Node *dep; /* what is to be placed; it lives in a virtual tree with its peers beside it */
        Node *target;     /* whose node_modules it would be in */
        Edge *edge;       /* the dependency it would answer */
        CanPlace *parent; /* of a peer: the question it came up in */
        bool explicit_request;

        CanPlaceAnswer answer;
        CanPlaceAnswer self; /* the same without the peers that would come along */
        CanPlaceAnswer peers;
        bool peers_known;
};

/* Fills in the answers. -ENOMEM, -E2BIG. */
int can_place(CanPlace *c);

/* The deepest node, from `start` up, that has no peer dependency of that name: a peer must not
 * stand below its dependents. NULL for no name in particular. */
Node *node_deepest_target(Node *start, const Name *name);
