/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/ideal-internal.h"

#include "npm/spec/collate.h"
#include "npm/tree/ideal-check.h"
#include "npm/tree/tree-nodes.h"

typedef struct Task {
        Edge *edge;
        Node *dep;
        size_t position;
} Task;

static bool comes_before(const Node *a, const Node *b) {
        return a->queue_depth != b->queue_depth ? a->queue_depth < b->queue_depth
                                                : collate(a->location, b->location) < 0;
}

static int queue_push(Builder *b, Node *n) {
        size_t i;

        if (n->queued || n->root != b->tree->root)
                return 0;
        if (b->n_queue >= b->queue_size) {
                size_t size = MAX2(b->queue_size * 2, 64U);
                Node **queue = reallocarray(b->queue, size, sizeof(*queue));

                if (!queue)
                        return -ENOMEM;
                b->queue = queue;
                b->queue_size = size;
        }
        n->queued = true;
        n->queue_depth = node_depth(n);
        for (i = b->n_queue++; i > 0 && comes_before(n, b->queue[(i - 1) / 2]); i = (i - 1) / 2)
                b->queue[i] = b->queue[(i - 1) / 2];
        b->queue[i] = n;
        return 0;
}

static Node *queue_pop(Builder *b) {
        Node *first = b->queue[0], *last = b->queue[--b->n_queue];
        size_t i = 0;

        for (;;) {
                size_t child = 2 * i + 1;

                if (child >= b->n_queue)
                        break;
                if (child + 1 < b->n_queue && comes_before(b->queue[child + 1], b->queue[child]))
                        child++;
                if (!comes_before(b->queue[child], last))
                        break;
                b->queue[i] = b->queue[child];
                i = child;
        }
        b->queue[i] = last;
        first->queued = false;
        return first;
}

/* The nearest node at or below `top` that would do, by levels. */
static int find_hoistable(Node *top, const Edge *edge, Node **ret) {
        _cleanup_(node_set_done) NodeSet queue = { 0 };
        NODE_FOREACH_CHILD(c, top)
                if (node_set_add(&queue, c) < 0)
                        return -ENOMEM;
        for (size_t i = 0; i < queue.n; i++) {
                Node *n = queue.items[i];

                if (edge_satisfied_by(edge, n) && !node_bundler(n)) {
                        *ret = n;
                        return 0;
                }
                NODE_FOREACH_CHILD(c, n)
                        if (node_set_add(&queue, c) < 0)
                                return -ENOMEM;
        }
        return 0;
}

static bool is_problem(const Builder *b, const Edge *e) {
        if (e->from != b->tree->root &&
            manifest_bundles(e->from->manifest, e->requirement->name->text))
                return false;
        if (e->to && e->to->problem)
                return false;
        if (!e->to)
                return e->dependency->type != DEPENDENCY_PEER_OPTIONAL;
        return !edge_valid(e) || e == b->request;
}

/* What is to be placed as the answer to the edge, in a virtual tree with its peers. */
static int load_dependency(Builder *b, Edge *edge, Node **ret) {
        _cleanup_(node_set_done) NodeSet required = { 0 };
        Node *virtual = edge->from->virtual, *dep = NULL;
        Edge *same;
        int r;

        if (!virtual) {
                r = tree_new_virtual(b->tree, edge->from, &virtual);
                if (r < 0)
                        return r;
        }
        same = node_edge(virtual, edge->requirement->name);
        if (same && same->to && edge_valid(same) && edge_satisfied_by(edge, same->to))
                dep = same->to;
        if (!dep && edge->dependency->type == DEPENDENCY_PEER_OPTIONAL) {
                r = find_hoistable(edge->from->parent ?: edge->from, edge, &dep);
                if (r < 0)
                        return r;
        }
        if (!dep) {
                r = node_set_add(&required, edge->from);
                if (r < 0)
                        return r;
                r = ideal_node_from_edge(b, edge, edge_is_peer(edge) ? virtual : NULL,
                                         /* second= */ NULL, &required, &dep);
                if (r < 0)
                        return r;
        }
        *ret = dep;
        return 0;
}

/* Each node whose edge what was placed breaks is looked at (again), and so is what was placed. */
static int queue_affected(Builder *b, const Placement *p) {
        int r;

        for (size_t i = 0; i < p->n_placed; i++) {
                NODE_FOREACH_EDGE_IN(e, p->placed[i].node) {
                        if (e == p->placed[i].edge || e->peer_conflicted || edge_valid(e))
                                continue;
                        e->from->seen = false;
                        r = queue_push(b, e->from);
                        if (r < 0)
                                return r;
                }
                r = queue_push(b, p->placed[i].node);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < p->pruning.holes.n; i++) {
                p->pruning.holes.items[i]->seen = false;
                r = queue_push(b, p->pruning.holes.items[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int compare_tasks(const void *a, const void *b) {
        const Task *x = a, *y = b;
        int r = collate(x->edge->requirement->name->text, y->edge->requirement->name->text);

        return r != 0 ? r : (x->position > y->position) - (x->position < y->position);
}

static int build_step(Builder *b, Node *node) {
        _cleanup_(freep) Edge **problems = NULL;
        _cleanup_(freep) Task *tasks = NULL;
        size_t n_problems = 0, n_tasks = 0;
        int r;

        problems = calloc(node->n_edges + 1, sizeof(*problems));
        tasks = calloc(node->n_edges + 1, sizeof(*tasks));
        if (!problems || !tasks)
                return -ENOMEM;
        NODE_FOREACH_EDGE(e, node)
                if (is_problem(b, e))
                        problems[n_problems++] = e;

        for (size_t i = 0; i < n_problems; i++) {
                if (problems[i]->peer_conflicted)
                        continue;
                tasks[n_tasks] = (Task) { .edge = problems[i], .position = n_tasks };
                r = load_dependency(b, problems[i], &tasks[n_tasks].dep);
                if (r < 0)
                        return r;
                n_tasks++;
        }
        qsort(tasks, n_tasks, sizeof(*tasks), compare_tasks);

        for (size_t i = 0; i < n_tasks; i++) {
                _cleanup_(placement_done) Placement placement = { .pruning.tree = b->tree };

                r = place_dependency(&placement, tasks[i].dep, tasks[i].edge,
                                     tasks[i].edge == b->request, b->error);
                if (r < 0)
                        return r;
                r = queue_affected(b, &placement);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int build_from(Builder *b, Node *root) {
        int r;

        r = queue_push(b, root);
        if (r < 0)
                return r;
        while (b->n_queue > 0) {
                Node *n = queue_pop(b);

                if (n->seen || n->root != root ||
                    (n->manifest && n->manifest->has_shrinkwrap && n != root))
                        continue;
                n->seen = true;
                r = build_step(b, n);
                if (r < 0)
                        return r;
        }
        return 0;
}

int ideal_build(Tree *t, Manifest *root, ManifestFinder find, void *userdata,
                const Platform *platform, Error *e) {
        Builder b = { .tree = t, .find = find, .userdata = userdata, .error = e };
        Name *name;
        Node *n;
        int r;

        name = names_get(t->names, root->name);
        if (!name)
                return -ENOMEM;
        r = tree_new_node(t, name, root, &n);
        if (r < 0)
                return r;
        tree_set_root(t, n);
        b.request = n->edges;

        r = build_from(&b, n);
        free(b.queue);
        if (r < 0)
                return r;

        ideal_set_flags(t);
        return ideal_check(t, platform, e);
}
