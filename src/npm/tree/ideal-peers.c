/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/spec/collate.h"
#include "npm/tree/ideal-internal.h"
#include "npm/tree/tree-nodes.h"

#define PEER_DEPTH_MAX 256 /* peers of peers …, each a recursion */

/* A node for what the requirement means, put below `parent`. */
static int node_from_requirement(Builder *b, Requirement *q, Node *parent, Node **ret) {
        FoundManifest found = { 0 };
        Node *n;
        int r;

        if (!q->spec)
                return error_set(b->error, -EINVAL, "%s depends on '%s': %s",
                                 parent->manifest ? parent->manifest->name : "a package",
                                 q->name->text, q->problem);
        r = b->find(b->userdata, q, &found);
        if (r < 0)
                return r;
        r = tree_new_node(b->tree, q->name, found.manifest, &n);
        if (r < 0)
                return r;
        n->origin = q;
        if (found.resolved) {
                n->resolved = found.resolved;
                n->integrity = found.integrity;
        }
        if (!found.manifest) {
                n->problem = found.problem;
                n->error = found.error;
        }
        *ret = n;
        return tree_attach(b->tree, n, parent);
}

static int compare_edges(const void *a, const void *b) {
        const Edge *x = *(Edge *const *) a, *y = *(Edge *const *) b;
        int r = collate(x->requirement->name->text, y->requirement->name->text);

        return r != 0 ? r : (x > y) - (x < y);
}

static int peer_conflict(Builder *b, const Edge *edge) {
        return error_set(b->error, -EEXIST,
                         "dependencies conflict: %s@%s requires the peer %s@%s, but "
                         "there is %s%s",
                         edge->from->manifest->name, edge->from->manifest->version,
                         edge->requirement->name->text, edge->requirement->text,
                         edge->to && edge->to->manifest ? "version " : "another version",
                         edge->to && edge->to->manifest ? edge->to->manifest->version : "");
}

/* Nothing is beside the node that answers its peer dependency. */
static int load_missing_peer(Builder *b, Node *node, Edge *edge, bool lenient, NodeSet *required) {
        Edge *parents = node_edge(node->parent, edge->requirement->name);
        Node *dep;
        int r;

        if (!parents) {
                /* An optional one does not matter, unless something of its name would be met
                 * that does not fit. */
                if (edge->dependency->type == DEPENDENCY_PEER_OPTIONAL) {
                        Node *met = tree_resolve(b->tree, node->parent->source,
                                                 edge->requirement->name);

                        if (!met || edge_satisfied_by(edge, met))
                                return 0;
                }
                return ideal_node_from_edge(b, edge, node->parent, /* second= */ NULL, required,
                                            &dep);
        }

        r = ideal_node_from_edge(b, parents, node->parent, edge, required, &dep);
        if (r < 0 || edge_valid(edge))
                return r;
        if (lenient || !node_set_contains(required, dep) || dep->problem) {
                edge->peer_conflicted = true;
                return 0;
        }
        return node->parent ? peer_conflict(b, edge) : 0;
}

/* Brings the peers of the node, and theirs, beside it in its virtual tree. */
static int load_peers(Builder *b, Node *node, NodeSet *required) {
        _cleanup_(freep) Edge **peers = NULL;
        size_t n = 0;
        int r;

        peers = calloc(node->n_edges + 1, sizeof(*peers));
        if (!peers)
                return -ENOMEM;
        NODE_FOREACH_EDGE(e, node)
                if (edge_is_peer(e) && !(e->to && edge_valid(e)))
                        peers[n++] = e;
        qsort(peers, n, sizeof(*peers), compare_edges);

        for (size_t i = 0; i < n && node->parent; i++) {
                Edge *edge = peers[i];
                bool lenient = !b->tree->strict_peers && !node_is_root(node->parent->source);
                Node *current = edge->to, *dep;

                if (current && edge_valid(edge))
                        continue;
                if (!current) {
                        r = load_missing_peer(b, node, edge, lenient, required);
                        if (r < 0)
                                return r;
                        continue;
                }

                /* something is there that does not fit: would what fits do for the others? */
                r = ideal_node_from_edge(b, edge, /* parent= */ NULL, /* second= */ NULL, required,
                                         &dep);
                if (r < 0)
                        return r;
                r = node_can_replace(dep, current, /* ignored_parent= */ NULL);
                if (r < 0)
                        return r;
                if (r > 0) {
                        r = ideal_node_from_edge(b, edge, node->parent, /* second= */ NULL,
                                                 required, &dep);
                        if (r < 0)
                                return r;
                        continue;
                }
                if (!lenient && node_set_contains(required, edge->from) && !current->problem)
                        return peer_conflict(b, edge);
        }
        return 0;
}

int ideal_node_from_edge(Builder *b, Edge *edge, Node *parent, Edge *second, NodeSet *required,
                         Node **ret) {
        Node *node, *other;
        int r;

        if (b->depth >= PEER_DEPTH_MAX)
                return error_set(b->error, -E2BIG,
                                 "%s: peer dependencies are nested more than %d levels deep",
                                 edge->requirement->name->text, PEER_DEPTH_MAX);
        if (!parent) {
                r = tree_new_virtual(b->tree, edge->from, &parent);
                if (r < 0)
                        return r;
        }

        r = node_from_requirement(b, edge->requirement, parent, &node);
        if (r < 0)
                return r;
        if (second && !edge_valid(second)) {
                r = node_from_requirement(b, second->requirement, parent, &other);
                if (r < 0)
                        return r;
                if (edge_valid(edge))
                        node = other;
                r = tree_attach(b->tree, node, parent);
                if (r < 0)
                        return r;
        }

        if ((node_set_contains(required, edge->from) &&
             edge->dependency->type != DEPENDENCY_PEER_OPTIONAL) ||
            (second && node_set_contains(required, second->from) &&
             second->dependency->type != DEPENDENCY_PEER_OPTIONAL)) {
                r = node_set_add(required, node);
                if (r < 0)
                        return r;
        }

        b->depth++;
        r = load_peers(b, node, required);
        b->depth--;
        if (r < 0)
                return r;
        *ret = node;
        return 0;
}
