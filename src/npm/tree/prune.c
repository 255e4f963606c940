/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/prune.h"

#include "npm/spec/collate.h"
#include "npm/tree/can-place.h"

/* Removes a node and what only it needed. */
static int prune_node(Pruning *p, Node *n) {
        _cleanup_(node_set_done) NodeSet set = { 0 };
        int r;

        r = node_set_gather_only(&set, n);
        if (r < 0)
                return r;
        for (size_t i = 0; i < set.n; i++)
                if (set.items[i])
                        tree_detach(p->tree, set.items[i]);
        return 0;
}

/* Of one parent: by their names is by their places. What was put below a node that had been taken
 * out of the tree has no place. */
static int compare_children(const void *a, const void *b) {
        return collate((*(Node *const *) a)->name->text, (*(Node *const *) b)->name->text);
}

/* The children as they are now, sorted by place; the caller frees the list. */
static int list_children(const Node *n, Node ***ret, size_t *ret_n) {
        Node **list;
        size_t count = 0;

        NODE_FOREACH_CHILD(c, n)
                count++;
        list = calloc(count + 1, sizeof(*list));
        if (!list)
                return -ENOMEM;
        count = 0;
        NODE_FOREACH_CHILD(c, n)
                list[count++] = c;
        qsort(list, count, sizeof(*list), compare_children);
        *ret = list;
        *ret_n = count;
        return 0;
}

int prune_duplicates(Pruning *p, Node *n, bool descend, bool explicit_request) {
        _cleanup_(freep) Node **children = NULL;
        size_t n_children;
        int r;

        /* A placement may have taken it out of the tree before its own turn came: what hangs on it
         * is installed nowhere. */
        if (n->root != p->tree->root)
                return 0;
        r = node_can_dedupe(p->tree, n, explicit_request);
        if (r < 0)
                return r;
        if (r > 0)
                return prune_node(p, n);
        if (!descend)
                return 0;
        r = list_children(n, &children, &n_children);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n_children; i++) {
                r = prune_duplicates(p, children[i], descend, explicit_request);
                if (r < 0)
                        return r;
        }
        return 0;
}

int prune_below(Pruning *p, Node *target, const Name *name, bool explicit_request) {
        _cleanup_(freep) Node **nodes = NULL;
        size_t n = 0;
        int r;

        for (Node *i = name->nodes; i; i = i->name_next)
                n++;
        nodes = calloc(n + 1, sizeof(*nodes));
        if (!nodes)
                return -ENOMEM;
        n = 0;
        for (Node *i = name->nodes; i; i = i->name_next)
                nodes[n++] = i;

        for (size_t i = 0; i < n; i++) {
                _cleanup_(freep) Node **children = NULL;
                size_t n_children = 0;

                if (nodes[i]->root != p->tree->root || node_is_top(nodes[i]) ||
                    !node_is_descendant(nodes[i], target))
                        continue;
                r = prune_duplicates(p, nodes[i], /* descend= */ false, explicit_request);
                if (r < 0)
                        return r;
                if (nodes[i]->root != p->tree->root)
                        continue;
                r = list_children(nodes[i], &children, &n_children);
                if (r < 0)
                        return r;
                for (size_t k = 0; k < n_children; k++) {
                        if (children[k]->root != p->tree->root)
                                continue;
                        r = prune_duplicates(p, children[k], /* descend= */ false,
                                             explicit_request);
                        if (r < 0)
                                return r;
                }
        }
        return 0;
}

static bool not_to(const Edge *e, const void *userdata) {
        return e->to != userdata;
}

static bool not_to_conflicted(const Edge *e, const void *userdata) {
        return e->to != userdata && !e->peer_conflicted;
}

static bool not_of_and_valid(const Edge *e, const void *userdata) {
        return e->from != userdata && e->to != userdata && edge_valid(e);
}

static bool not_to_and_valid(const Edge *e, const void *userdata) {
        return e->to != userdata && edge_valid(e);
}

static int add_all(NodeSet *to, const NodeSet *from) {
        for (size_t i = 0; i < from->n; i++)
                if (from->items[i] && node_set_add(to, from->items[i]) < 0)
                        return -ENOMEM;
        return 0;
}

/* Gathers from one node and adds the result. */
static int gather_from(Node *n, EdgeFilter filter, NodeSet *ret) {
        _cleanup_(node_set_done) NodeSet set = { 0 };
        int r;

        r = node_set_add(&set, n);
        if (r < 0)
                return r;
        r = node_set_gather(&set, filter, n);
        if (r < 0)
                return r;
        return add_all(ret, &set);
}

/* What only the replaced node and its kin needed goes with it: left behind it would be in others'
 * way. */
static int prune_orphans(Pruning *p, Node *placed, const NodeSet *old_deps) {
        _cleanup_(node_set_done) NodeSet orphans = { 0 };
        int r = 0;

        NODE_FOREACH_EDGE(e, placed)
                if (e->to && !edge_valid(e) && node_set_add(&orphans, e->to) < 0)
                        return -ENOMEM;
        for (size_t i = 0; i < old_deps->n; i++) {
                r = gather_from(old_deps->items[i], not_to_and_valid, &orphans);
                if (r < 0)
                        return r;
        }
        r = node_set_gather(&orphans, not_of_and_valid, placed);
        if (r < 0)
                return r;
        for (size_t i = 0; i < orphans.n; i++)
                if (orphans.items[i])
                        tree_detach(p->tree, orphans.items[i]);
        return 0;
}

/* Peer sets that `placed` broke: those that stand elsewhere lose their places, the others stay in
 * conflict. */
static int gather_broken(const PeerEntry *entries, size_t n, Edge *e, Node *target, NodeSet *ret) {
        for (size_t i = 0; i < n; i++) {
                Node *entry = entries[i].edge->to;
                int r;

                if (node_deepest_target(entry, NULL) == target ||
                    node_is_root(entries[i].edge->from)) {
                        e->peer_conflicted = true;
                        continue;
                }
                r = gather_from(entry, not_to_conflicted, ret);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Peers at the same level that cannot do with the new one: their sets go, to be placed anew deeper
 * down, or we live with the conflict. */
static int find_broken_sets(Node *old, Node *placed, NodeSet *ret) {
        Node *target = old->parent;
        int r;

        NODE_FOREACH_EDGE_IN(e, old) {
                PeerEntry *entries;
                size_t n;

                if (edge_satisfied_by(e, placed) || !edge_is_peer(e) || e->from->parent != target ||
                    e->peer_conflicted)
                        continue;
                r = peer_entries_find(e->from, &entries, &n);
                if (r < 0)
                        return r;
                r = gather_broken(entries, n, e, target, ret);
                peer_entries_free(entries, n);
                if (r < 0)
                        return r;
        }
        return 0;
}

int prune_and_replace(Pruning *p, Node *placed, Node *old) {
        _cleanup_(node_set_done) NodeSet old_deps = { 0 };
        _cleanup_(node_set_done) NodeSet broken = { 0 };
        int r;

        NODE_FOREACH_EDGE(e, old)
                if (e->to && !node_edge(placed, e->requirement->name)) {
                        r = gather_from(e->to, not_to, &old_deps);
                        if (r < 0)
                                return r;
                }
        r = find_broken_sets(old, placed, &broken);
        if (r < 0)
                return r;
        r = tree_replace(p->tree, placed, old);
        if (r < 0)
                return r;
        r = prune_orphans(p, placed, &old_deps);
        if (r < 0)
                return r;

        for (size_t i = 0; i < broken.n; i++) {
                NODE_FOREACH_EDGE_IN(e, broken.items[i])
                        if (node_set_add(&p->holes, e->from) < 0)
                                return -ENOMEM;
                tree_detach(p->tree, broken.items[i]);
        }
        return 0;
}
