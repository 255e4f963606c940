/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/place.h"

#include "npm/collate.h"

#define PEER_CHAIN_MAX 512

/* The placing of one dependency; those of its peers hang below it. */
typedef struct Step {
        const struct Step *parent;
        Node *dep;
        Edge *edge;
        CanPlace can; /* where it went, and why it may */
} Step;

static int place_step(Placing *p, const Step *parent, Node *dep, Edge *edge, bool explicit_request,
                      Error *e);

void placing_done(Placing *p) {
        free(p->placed);
        node_set_done(&p->holes);
        *p = (Placing){ 0 };
}

static Node *start_node(const Step *s) {
        return deepest_target(s->parent ? start_node(s->parent) : s->edge->from,
                              s->edge->requirement->name);
}

static const Step *top_step(const Step *s) {
        while (s->parent)
                s = s->parent;
        return s;
}

/* Whether the conflict is between what the module itself asks for; others' are lived with. */
static int is_mine(const Step *s) {
        const Edge *edge = top_step(s)->edge;
        PeerEntry *entries;
        bool peers = false, mine = false;
        size_t n;
        int r;

        if (node_is_root(edge->from))
                return true;
        if (!edge_is_peer(edge))
                return false;
        NODE_FOREACH_EDGE_IN(in, edge->from) {
                if (edge_is_peer(in))
                        peers = true;
                else if (node_is_root(in->from))
                        return true;
        }
        if (!peers)
                return false;
        r = peer_entries_find(edge->from, &entries, &n);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++)
                mine = mine || node_is_root(entries[i].edge->from);
        peer_entries_free(entries, n);
        return mine;
}

static int conflict(const Step *s, Error *e) {
        const Step *top = top_step(s);
        const Edge *edge = top->edge;

        return error_set(e, -EEXIST,
                         "%s@%s, which %s asks for, cannot be installed: its peer dependencies "
                         "contradict what is "
                         "there already",
                         edge->requirement->name->text, edge->requirement->text,
                         edge->from->manifest && edge->from->manifest->name[0]
                                 ? edge->from->manifest->name
                                 : "the module");
}

/* Removes a node and what only it needed. */
static int prune(Placing *p, Node *n) {
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

static int compare_nodes(const void *a, const void *b) {
        return collate((*(Node *const *) a)->location, (*(Node *const *) b)->location);
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
        qsort(list, count, sizeof(*list), compare_nodes);
        *ret = list;
        *ret_n = count;
        return 0;
}

/* Removes the node if its dependents find something as good further up; else looks at what is below
 * it. */
static int prune_duplicates(Placing *p, Node *n, bool descend, bool explicit_request) {
        _cleanup_(freep) Node **children = NULL;
        size_t n_children;
        int r;

        r = node_can_dedupe(p->tree, n, explicit_request);
        if (r != 0)
                return r < 0 ? r : prune(p, n);
        if (!descend)
                return 0;
        r = list_children(n, &children, &n_children);
        for (size_t i = 0; r >= 0 && i < n_children; i++)
                if (children[i]->root == p->tree->root)
                        r = prune_duplicates(p, children[i], descend, explicit_request);
        return r;
}

/* Everything of that name below the target may now be a duplicate of what was placed there. */
static int prune_below(Placing *p, Node *target, const Name *name, bool explicit_request) {
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
                for (size_t k = 0; r >= 0 && k < n_children; k++)
                        if (children[k]->root == p->tree->root)
                                r = prune_duplicates(p, children[k], /* descend= */ false,
                                                     explicit_request);
                if (r < 0)
                        return r;
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
        if (r >= 0)
                r = node_set_gather(&set, filter, n);
        return r < 0 ? r : add_all(ret, &set);
}

/* What only the replaced node and its kin needed goes with it: left behind it would be in others'
 * way. */
static int prune_orphans(Placing *p, Node *placed, const NodeSet *old_deps) {
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
                for (size_t i = 0; i < n && r >= 0; i++) {
                        Node *entry = entries[i].edge->to;

                        if (deepest_target(entry, NULL) != target &&
                            !node_is_root(entries[i].edge->from))
                                r = gather_from(entry, not_to_conflicted, ret);
                        else
                                e->peer_conflicted = true;
                }
                peer_entries_free(entries, n);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int replace(Placing *p, Node *placed, Node *old) {
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
        if (r >= 0)
                r = tree_replace(p->tree, placed, old);
        if (r >= 0)
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

static int remember(Placing *p, Edge *edge, Node *node) {
        Placed *more;

        more = reallocarray(p->placed, p->n_placed + 1, sizeof(*more));
        if (!more)
                return -ENOMEM;
        p->placed = more;
        p->placed[p->n_placed++] = (Placed){ edge, node };
        return 0;
}

/* A package that would stand inside itself is linked instead: a depends on b, b on another a, that
 * on another b … */
static int place_link(Placing *p, Node *target, const Step *s, bool *ret_done) {
        Node *n;
        int r;

        *ret_done = false;
        for (Node *above = target; above && !node_is_top(above); above = above->parent) {
                if (!node_matches(above, s->dep))
                        continue;
                r = tree_new_node(p->tree, above->name, /* manifest= */ NULL, &n);
                if (r < 0)
                        return r;
                n->link = above;
                n->manifest = above->manifest;
                n->version = above->version;
                *ret_done = true;
                r = tree_attach(p->tree, n, target);
                return r < 0 ? r : remember(p, s->edge, n);
        }
        return 0;
}

/* The peers that came with it in its virtual tree. */
static int place_peers(Placing *p, const Step *s, Node *placed, bool explicit_request, Error *e) {
        Node *beside = s->dep->parent;

        if (!beside)
                return 0;
        NODE_FOREACH_EDGE(edge, placed) {
                Node *peer;
                int r;

                if (edge_valid(edge) || !edge_is_peer(edge) || edge->peer_conflicted)
                        continue;
                peer = tree_child(p->tree, beside, edge->requirement->name);
                if (!peer || !edge_satisfied_by(edge, peer))
                        continue;
                r = place_step(p, s, peer, edge, explicit_request, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* It is decided where: do it. */
static int place_here(Placing *p, const Step *s, bool explicit_request, Error *e) {
        Node *target = s->can.target, *placed, *old;
        bool done;
        int r;

        r = place_link(p, target, s, &done);
        if (r < 0 || done)
                return r;

        r = tree_copy_node(p->tree, s->dep, &placed);
        if (r < 0)
                return r;
        old = tree_child(p->tree, target, s->edge->requirement->name);
        r = old ? replace(p, placed, old) : tree_attach(p->tree, placed, target);
        if (r < 0)
                return r;
        if (edge_is_peer(s->edge) && !edge_satisfied_by(s->edge, placed))
                s->edge->peer_conflicted = true;

        if (edge_valid(s->edge) && s->edge->to && s->edge->to != placed) {
                r = prune_duplicates(p, s->edge->to, /* descend= */ false, explicit_request);
                if (r < 0)
                        return r;
        }
        r = prune_below(p, target, s->edge->requirement->name, explicit_request);
        if (r >= 0)
                r = remember(p, s->edge, placed);
        return r < 0 ? r : place_peers(p, s, placed, explicit_request, e);
}

/* Walks up as long as there is no conflict: 1 and the last good place, 0 if there is none at all;
 * `ret_self` is the last that would be good without the peers. */
static int find_place(Placing *p, Step *s, bool explicit_request, CanPlace *ret, CanPlace *ret_self,
                      bool *ret_has_self) {
        bool found = false;

        *ret_has_self = false;
        for (Node *target = start_node(s); target; target = target->parent) {
                Edge *there = node_edge(target, s->edge->requirement->name);
                CanPlace c = {
                        .tree = p->tree,
                        .dep = s->dep,
                        .target = target,
                        .edge = s->edge,
                        .parent = s->parent ? (CanPlace *) &s->parent->can : NULL,
                        .explicit_request = explicit_request,
                };
                int r;

                if (!node_is_top(target) && there && edge_is_peer(there))
                        continue;
                r = can_place(&c);
                if (r < 0)
                        return r;
                if (c.self != PLACEMENT_CONFLICT) {
                        *ret_self = c;
                        *ret_has_self = true;
                }
                if (c.answer == PLACEMENT_CONFLICT)
                        break;
                *ret = c;
                found = true;
                if (s->dep->problem)
                        break;
        }
        return found;
}

static int place_step(Placing *p, const Step *parent, Node *dep, Edge *edge, bool explicit_request,
                      Error *e) {
        Step s = { .parent = parent, .dep = dep, .edge = edge };
        unsigned length = 0;
        Placement what;
        CanPlace self;
        bool has_self;
        int r;

        for (const Step *i = parent; i; i = i->parent)
                if (++length > PEER_CHAIN_MAX)
                        return -E2BIG;
        if (edge->to && edge_valid(edge) && !explicit_request)
                return 0;

        r = find_place(p, &s, explicit_request, &s.can, &self, &has_self);
        if (r < 0)
                return r;
        if (r == 0) {
                r = is_mine(&s);
                if (r != 0)
                        return r < 0 ? r : conflict(&s, e);
                if (!has_self) {
                        edge->peer_conflicted = true;
                        return 0;
                }
                s.can = self;
        }

        what = s.can.answer == PLACEMENT_CONFLICT ? s.can.self : s.can.answer;
        if (what == PLACEMENT_KEEP) {
                if (edge_is_peer(edge) && !edge_valid(edge))
                        edge->peer_conflicted = true;
                return prune_duplicates(p, s.can.target, /* descend= */ true, explicit_request);
        }
        return place_here(p, &s, explicit_request, e);
}

int place_dependency(Placing *p, Node *dep, Edge *edge, bool explicit_request, Error *e) {
        return place_step(p, /* parent= */ NULL, dep, edge, explicit_request, e);
}
