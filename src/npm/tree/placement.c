/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/placement.h"

#include "npm/tree/can-place.h"
#include "npm/tree/prune.h"
#include "npm/tree/tree-nodes.h"

#define PEER_CHAIN_MAX 512

/* The placement of one dependency; those of its peers hang below it. */
typedef struct Step {
        const struct Step *parent;
        Node *dep;
        Edge *edge;
        CanPlace can; /* where it went, and why it may */
} Step;

static int place_step(Placement *p, const Step *parent, Node *dep, Edge *edge,
                      bool explicit_request, Error *e);

void placement_done(Placement *p) {
        free(p->placed);
        node_set_done(&p->pruning.holes);
        *p = (Placement) { 0 };
}

static Node *first_target(const Step *s) {
        return node_deepest_target(s->parent ? first_target(s->parent) : s->edge->from,
                                   s->edge->requirement->name);
}

static const Step *top_step(const Step *s) {
        while (s->parent)
                s = s->parent;
        return s;
}

/* Whether the conflict is between what the module itself asks for; others' are lived with. */
static int is_own_conflict(const Step *s) {
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

static int conflict_error(const Step *s, Error *e) {
        const Step *top = top_step(s);
        const Edge *edge = top->edge;

        return error_set(e, -EEXIST,
                         "%s@%s, required by %s, cannot be installed: its peer dependencies "
                         "conflict with other packages",
                         edge->requirement->name->text, edge->requirement->text,
                         edge->from->manifest && edge->from->manifest->name[0]
                                 ? edge->from->manifest->name
                                 : "the module");
}

static int remember_placed(Placement *p, Edge *edge, Node *node) {
        PlacedNode *more;

        more = reallocarray(p->placed, p->n_placed + 1, sizeof(*more));
        if (!more)
                return -ENOMEM;
        p->placed = more;
        p->placed[p->n_placed++] = (PlacedNode) { edge, node };
        return 0;
}

/* A package that would stand inside itself is linked instead: a depends on b, b on another a, that
 * on another b … */
static int place_link(Placement *p, Node *target, const Step *s, bool *ret_done) {
        Node *n;
        int r;

        *ret_done = false;
        for (Node *above = target; above && !node_is_top(above); above = above->parent) {
                if (!node_matches(above, s->dep))
                        continue;
                r = tree_new_node(p->pruning.tree, above->name, /* manifest= */ NULL, &n);
                if (r < 0)
                        return r;
                n->link = above;
                n->manifest = above->manifest;
                n->version = above->version;
                *ret_done = true;
                r = tree_attach(p->pruning.tree, n, target);
                return r < 0 ? r : remember_placed(p, s->edge, n);
        }
        return 0;
}

/* The peers that came with it in its virtual tree. */
static int place_peers(Placement *p, const Step *s, Node *placed, bool explicit_request, Error *e) {
        Node *beside = s->dep->parent;

        if (!beside)
                return 0;
        NODE_FOREACH_EDGE(edge, placed) {
                Node *peer;
                int r;

                if (edge_valid(edge) || !edge_is_peer(edge) || edge->peer_conflicted)
                        continue;
                peer = tree_child(p->pruning.tree, beside, edge->requirement->name);
                if (!peer || !edge_satisfied_by(edge, peer))
                        continue;
                r = place_step(p, s, peer, edge, explicit_request, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* It is decided where: do it. */
static int place_at_target(Placement *p, const Step *s, bool explicit_request, Error *e) {
        Node *target = s->can.target, *placed, *old;
        bool done;
        int r;

        r = place_link(p, target, s, &done);
        if (r < 0 || done)
                return r;

        r = tree_copy_node(p->pruning.tree, s->dep, &placed);
        if (r < 0)
                return r;
        old = tree_child(p->pruning.tree, target, s->edge->requirement->name);
        r = old ? prune_and_replace(&p->pruning, placed, old)
                : tree_attach(p->pruning.tree, placed, target);
        if (r < 0)
                return r;
        if (edge_is_peer(s->edge) && !edge_satisfied_by(s->edge, placed))
                s->edge->peer_conflicted = true;

        if (edge_valid(s->edge) && s->edge->to && s->edge->to != placed) {
                r = prune_duplicates(&p->pruning, s->edge->to, /* descend= */ false,
                                     explicit_request);
                if (r < 0)
                        return r;
        }
        r = prune_below(&p->pruning, target, s->edge->requirement->name, explicit_request);
        if (r < 0)
                return r;
        r = remember_placed(p, s->edge, placed);
        if (r < 0)
                return r;
        return place_peers(p, s, placed, explicit_request, e);
}

/* Walks up as long as there is no conflict: 1 and the last good place, 0 if there is none at all;
 * `ret_self` is the last that would be good without the peers. */
static int find_target(Placement *p, Step *s, bool explicit_request, CanPlace *ret,
                       CanPlace *ret_self, bool *ret_has_self) {
        bool found = false;

        *ret_has_self = false;
        for (Node *target = first_target(s); target; target = target->parent) {
                Edge *there = node_edge(target, s->edge->requirement->name);
                CanPlace c = {
                        .tree = p->pruning.tree,
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
                if (c.self != CAN_PLACE_CONFLICT) {
                        *ret_self = c;
                        *ret_has_self = true;
                }
                if (c.answer == CAN_PLACE_CONFLICT)
                        break;
                *ret = c;
                found = true;
                if (s->dep->problem)
                        break;
        }
        return found;
}

static int place_step(Placement *p, const Step *parent, Node *dep, Edge *edge,
                      bool explicit_request, Error *e) {
        Step s = { .parent = parent, .dep = dep, .edge = edge };
        unsigned length = 0;
        CanPlaceAnswer what;
        CanPlace self;
        bool has_self;
        int r;

        for (const Step *i = parent; i; i = i->parent)
                if (++length > PEER_CHAIN_MAX)
                        return -E2BIG;
        if (edge->to && edge_valid(edge) && !explicit_request)
                return 0;

        r = find_target(p, &s, explicit_request, &s.can, &self, &has_self);
        if (r < 0)
                return r;
        if (r == 0) {
                r = p->pruning.tree->strict_peers ? 1 : is_own_conflict(&s);
                if (r != 0)
                        return r < 0 ? r : conflict_error(&s, e);
                if (!has_self) {
                        edge->peer_conflicted = true;
                        return 0;
                }
                s.can = self;
        }

        what = s.can.answer == CAN_PLACE_CONFLICT ? s.can.self : s.can.answer;
        if (what == CAN_PLACE_KEEP) {
                if (edge_is_peer(edge) && !edge_valid(edge))
                        edge->peer_conflicted = true;
                return prune_duplicates(&p->pruning, s.can.target, /* descend= */ true,
                                        explicit_request);
        }
        return place_at_target(p, &s, explicit_request, e);
}

int place_dependency(Placement *p, Node *dep, Edge *edge, bool explicit_request, Error *e) {
        return place_step(p, /* parent= */ NULL, dep, edge, explicit_request, e);
}
