/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Sets of nodes that hang together. */

#include "npm/tree/tree.h"

typedef struct NodeSet {
        Node **items; /* in the order they came; those taken out again are NULL */
        size_t n, size;
        uint64_t *bits; /* by Node.index */
        size_t words;
} NodeSet;

void node_set_done(NodeSet *s);

/* 1 if it is new, 0 if it was there, -ENOMEM. */
int node_set_add(NodeSet *s, Node *n);

/* Takes out the item at an index, which becomes NULL. */
void node_set_remove_at(NodeSet *s, size_t i);

bool node_set_contains(const NodeSet *s, const Node *n);

typedef bool (*EdgeFilter)(const Edge *e, const void *userdata);

/* Adds to the set all that its members depend on by edges that pass the filter, and takes out again
 * whatever a node outside the set depends on by such an edge. */
int node_set_gather(NodeSet *s, EdgeFilter filter, const void *userdata);

/* A node and what only it keeps in the tree. */
int node_set_gather_only(NodeSet *s, Node *n);

/* An edge by which a peer set comes into the tree, and the peers it brings. */
typedef struct PeerEntry {
        Edge *edge;
        NodeSet peers;
} PeerEntry;

/* The peer sets a node is a part of. */
int peer_entries_find(Node *n, PeerEntry **ret, size_t *ret_n);
void peer_entries_free(PeerEntry *entries, size_t n);

/* Whether all dependents of `old` would accept `n` in its place. Peers
 * beside it that have the names of children of `ignored_parent` (may be NULL) do not count: they
 * would go with it. Negative on failure. */
int node_can_replace(const Node *n, Node *old, const Node *ignored_parent);

/* Whether `n` could go, since what its dependents would find further up is as good. */
int node_can_dedupe(const Tree *t, Node *n, bool explicit_request);

/* The nodes that are in the tree for an optional dependency's sake, of which `n` is one. */
int node_optional_set(Node *n, NodeSet *ret);
