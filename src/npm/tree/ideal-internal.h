/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the builder's files share. */

#include "npm/tree/ideal.h"
#include "npm/tree/placement.h"

typedef struct Builder {
        Tree *tree;
        ManifestFinder find;
        void *userdata;
        Error *error;
        Edge *request; /* what the person asked for */
        Node **queue;  /* a heap, shallow ones first */
        size_t n_queue, queue_size;
        unsigned depth;
} Builder;

/* Loads what answers the edge into the virtual tree `parent` (NULL: a new one), with its peers.
 * `second` is a further edge that the same node should answer if it can, or NULL. A node in
 * `required`, and what it needs, must not conflict. */
int ideal_node_from_edge(Builder *b, Edge *edge, Node *parent, Edge *second, NodeSet *required,
                         Node **ret);
