/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/tree-nodes.h"

#include "basic/string-util.h"
#include "npm/spec/collate.h"

static int new_node(Tree *t, Name *name, Manifest *manifest, Node **ret) {
        Node *n, **nodes;

        if (t->n_nodes >= TREE_NODES_MAX)
                return -E2BIG;
        if (t->n_nodes == 0 || (t->n_nodes >= 64 && (t->n_nodes & (t->n_nodes - 1)) == 0)) {
                nodes = reallocarray(t->nodes, MAX2(t->n_nodes * 2, 64U), sizeof(*nodes));
                if (!nodes)
                        return -ENOMEM;
                t->nodes = nodes;
        }
        n = arena_alloc(&t->arena, sizeof(*n));
        if (!n)
                return -ENOMEM;
        *n = (Node) {
                .name = name,
                .manifest = manifest,
                .root = n,
                .index = t->n_nodes,
                .extraneous = true,
                .dev = true,
                .optional = true,
                .peer = true,
        };
        t->nodes[t->n_nodes++] = n;
        *ret = n;
        return 0;
}

static int load_edges(Tree *t, Node *n) {
        const Manifest *m = n->manifest;
        int r;

        if (!m || m->n_dependencies == 0)
                return 0;
        t->cost.n_edges += m->n_dependencies;
        if (t->cost.n_edges > TREE_EDGES_MAX)
                return -E2BIG;
        n->edges = arena_calloc(&t->arena, m->n_dependencies, sizeof(*n->edges));
        if (!n->edges)
                return -ENOMEM;
        for (size_t i = 0; i < m->n_dependencies; i++) {
                const Dependency *d = m->dependencies + i;
                Edge *e = n->edges + n->n_edges;

                if (t->no_peers && dependency_is_peer(d))
                        continue;
                n->n_edges++;

                *e = (Edge) {
                        .dependency = d,
                        .from = n,
                        .requirement = names_require(t->names, d->name,
                                                     isempty(d->spec) ? "*" : d->spec),
                };
                if (d->accept)
                        e->accept = names_require(t->names, d->name,
                                                  isempty(d->accept) ? "*" : d->accept);
                if (!e->requirement || (d->accept && !e->accept))
                        return -ENOMEM;
                /* it is there already, and gets a link: nothing has to be placed */
                r = requirement_inner_path(e->requirement, /* ret= */ NULL);
                if (r < 0)
                        return r;
                n->n_edges -= r > 0;
        }
        return 0;
}

int tree_inner_dependency(const Tree *t, const Node *n, const Dependency *d, const Name **ret_name,
                          char **ret_path) {
        const Requirement *q = names_require(t->names, d->name, isempty(d->spec) ? "*" : d->spec);

        if (!q)
                return -ENOMEM;
        if (manifest_bundles(n->manifest, d->name))
                return 0;
        *ret_name = q->name;
        return requirement_inner_path(q, ret_path);
}

int tree_new_node(Tree *t, Name *name, Manifest *manifest, Node **ret) {
        Node *n;
        int r;

        r = new_node(t, name, manifest, &n);
        if (r < 0)
                return r;
        if (manifest) {
                (void) semver_parse(slice(manifest->version), SEMVER_LOOSE, &n->version);
                n->resolved = manifest->tarball;
                n->integrity = manifest->integrity;
        }
        *ret = n;
        return load_edges(t, n);
}

int tree_new_virtual(Tree *t, Node *source, Node **ret) {
        Node *n;
        int r;

        r = new_node(t, source->name, source->manifest, &n);
        if (r < 0)
                return r;
        n->source = source;
        n->version = source->version;
        source->virtual = n;
        *ret = n;
        return load_edges(t, n);
}

int tree_copy_node(Tree *t, const Node *node, Node **ret) {
        Node *n;
        int r;

        r = new_node(t, node->name, node->manifest, &n);
        if (r < 0)
                return r;
        n->version = node->version;
        n->resolved = node->resolved;
        n->integrity = node->integrity;
        n->origin = node->origin;
        n->problem = node->problem;
        n->error = node->error;
        *ret = n;
        return load_edges(t, n);
}

static int compare_places(const void *a, const void *b) {
        return collate((*(Node *const *) a)->location, (*(Node *const *) b)->location);
}

int tree_list(const Tree *t, Node ***ret, size_t *ret_n) {
        Node **list;
        size_t n = 0;

        list = calloc(t->n_nodes + 1, sizeof(*list));
        if (!list)
                return -ENOMEM;
        for (size_t i = 0; i < t->n_nodes; i++) {
                Node *node = t->nodes[i];

                if (node->root == t->root && node != t->root && node->manifest && !node->inert)
                        list[n++] = node;
        }
        qsort(list, n, sizeof(*list), compare_places);
        *ret = list;
        *ret_n = n;
        return 0;
}
