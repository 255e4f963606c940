/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/can-place.h"

#include "basic/string-util.h"

#define PEER_CHAIN_MAX 512 /* peers of peers of peers …; published ones come to some ten */

Node *node_deepest_target(Node *start, const Name *name) {
        for (Node *n = start; n; n = n->parent) {
                Edge *e;

                if (node_is_root(n) || !n->parent)
                        return n;
                e = name ? node_edge(n, name) : NULL;
                if (!e || !edge_is_peer(e))
                        return n;
        }
        return NULL;
}

/* The edge at which the whole peer set comes in. */
static Edge *entry_edge(const CanPlace *c) {
        while (c->parent)
                c = c->parent;
        return c->edge;
}

/* How deep this one could go at most. */
static Node *my_deepest(const CanPlace *c) {
        Node *start = c->parent ? my_deepest(c->parent) : c->edge->from;

        return node_deepest_target(start, c->edge->requirement->name);
}

static bool prefers_dedupe(const CanPlace *c) {
        return c->parent || edge_is_peer(c->edge);
}

static bool on_peer_path(const CanPlace *c, const Node *n, unsigned *ret_length) {
        unsigned length = 0;

        for (; c; c = c->parent, length++)
                if (c->dep == n)
                        return true;
        *ret_length = length;
        return false;
}

/* Asks the same for each peer that would have to come along. */
static int ask_peers(CanPlace *c, CanPlaceAnswer state, CanPlaceAnswer *ret) {
        bool conflict = false;

        c->self = state;
        if (c->peers_known) {
                *ret = c->peers;
                return 0;
        }

        NODE_FOREACH_EDGE(e, c->dep) {
                CanPlace peer = {
                        .tree = c->tree,
                        .dep = e->to,
                        .edge = e,
                        .parent = c,
                };
                unsigned length;
                int r;

                if (!edge_is_peer(e) || !e->to || on_peer_path(c, e->to, &length))
                        continue;
                if (length > PEER_CHAIN_MAX)
                        return -E2BIG;
                peer.target = node_deepest_target(c->target, e->to->name);
                r = can_place(&peer);
                if (r < 0)
                        return r;
                if (peer.answer == CAN_PLACE_CONFLICT)
                        conflict = true;
        }

        c->peers = conflict ? CAN_PLACE_CONFLICT : state;
        c->peers_known = true;
        *ret = c->peers;
        return 0;
}

static int can_place_nothing_there(CanPlace *c, CanPlaceAnswer *ret) {
        Node *current = NULL;

        /* a node below may depend on what that name means from here */
        if (c->target != entry_edge(c)->from)
                current = tree_resolve(c->tree, c->target, c->edge->requirement->name);
        if (current)
                NODE_FOREACH_EDGE_IN(e, current)
                        if (node_is_descendant(e->from, c->target) && edge_valid(e) &&
                            !edge_satisfied_by(e, c->dep)) {
                                *ret = CAN_PLACE_CONFLICT;
                                return 0;
                        }
        return ask_peers(c, CAN_PLACE_OK, ret);
}

/* Whether the peer set that hangs on the entry could stay although our peers take the places of
 * some of it. */
static int can_clobber(Node *entry, const Node *beside, const Tree *t) {
        _cleanup_(node_set_done) NodeSet walk = { 0 };

        if (node_set_add(&walk, entry) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < walk.n; i++)
                NODE_FOREACH_EDGE(e, walk.items[i]) {
                        Node *replacement;

                        if (!edge_is_peer(e) || !edge_valid(e))
                                continue;
                        replacement = tree_child(t, beside, e->requirement->name);
                        if (!replacement) {
                                if (e->to && node_set_add(&walk, e->to) < 0)
                                        return -ENOMEM;
                        } else if (!edge_satisfied_by(e, replacement))
                                return false;
                }
        return true;
}

/* Whether any of the set could not go deeper than our target. */
static bool is_stuck(const PeerEntry *entry, const Node *target) {
        for (size_t i = 0; i < entry->peers.n; i++) {
                Node *deep = node_deepest_target(entry->edge->from, entry->peers.items[i]->name);

                if (deep == target || node_is_descendant(target, deep))
                        return true;
        }
        return false;
}

/* All peer sets that what is there belongs to must be replaceable by ours, untouched by it, or able
 * to go deeper. */
static int can_push_aside(CanPlace *c, Node *current) {
        PeerEntry *entries = NULL;
        size_t n = 0;
        int r;

        if (!c->dep->parent)
                return false;
        r = peer_entries_find(current, &entries, &n);
        if (r < 0)
                return r;
        r = true;
        for (size_t i = 0; i < n && r > 0; i++) {
                Node *entry = entries[i].edge->to, *replacement;

                if (entries[i].edge == c->edge || entries[i].edge == entry_edge(c))
                        continue;
                replacement = tree_child(c->tree, c->dep->parent, entry->name);
                r = replacement ? node_can_replace(replacement, entry, c->dep->parent)
                                : can_clobber(entry, c->dep->parent, c->tree);
                if (r == 0)
                        r = !is_stuck(entries + i, c->target);
        }
        peer_entries_free(entries, n);
        return r;
}

/* REPLACE if the peers agree: 1 and it is the answer, 0 if there is none yet. */
static int try_replace(CanPlace *c, CanPlaceAnswer *ret) {
        CanPlaceAnswer p;
        int r;

        r = ask_peers(c, CAN_PLACE_REPLACE, &p);
        if (r < 0)
                return r;
        if (p == CAN_PLACE_CONFLICT)
                return 0;
        *ret = p;
        return 1;
}

static int can_place_over(CanPlace *c, Node *current, CanPlaceAnswer *ret) {
        bool satisfied = edge_satisfied_by(c->edge, current), newer, replaceable;
        int r;

        if (node_matches(c->dep, current) && (satisfied || !edge_satisfied_by(c->edge, c->dep))) {
                *ret = c->explicit_request ? CAN_PLACE_REPLACE : CAN_PLACE_KEEP;
                return 0;
        }

        newer = c->dep->manifest && current->manifest &&
                semver_compare(&c->dep->version, &current->version) >= 0;
        r = node_can_replace(c->dep, current, /* ignored_parent= */ NULL);
        if (r < 0)
                return r;
        replaceable = r > 0;
        if (newer && replaceable) {
                r = try_replace(c, ret);
                if (r != 0)
                        return r;
        }
        if (satisfied && (!c->explicit_request || prefers_dedupe(c))) {
                *ret = CAN_PLACE_KEEP;
                return 0;
        }
        if (prefers_dedupe(c) && !newer && replaceable) {
                r = try_replace(c, ret);
                if (r != 0)
                        return r;
        }

        /* It can go deeper, so what is here stays. */
        if (c->target != my_deepest(c)) {
                *ret = CAN_PLACE_CONFLICT;
                return 0;
        }
        /* It can go nowhere else: this package depends on it. */
        if (!edge_is_peer(c->edge) && c->target == c->edge->from)
                return ask_peers(c, CAN_PLACE_REPLACE, ret);

        if (!c->parent && !edge_is_peer(c->edge)) {
                *ret = CAN_PLACE_CONFLICT;
                return 0;
        }
        r = can_push_aside(c, current);
        if (r < 0)
                return r;
        if (r > 0)
                return ask_peers(c, CAN_PLACE_REPLACE, ret);
        *ret = CAN_PLACE_CONFLICT;
        return 0;
}

int can_place(CanPlace *c) {
        Node *current = tree_child(c->tree, c->target, c->edge->requirement->name);
        Edge *there = node_edge(c->target, c->edge->requirement->name);
        CanPlaceAnswer answer;
        int r;

        if (c->tree->cost.n_questions++ >= TREE_QUESTIONS_MAX)
                return -E2BIG;
        c->self = CAN_PLACE_CONFLICT;
        if (c->dep->problem)
                /* it will fail the installation or drop out of it, wherever it is */
                answer = current ? CAN_PLACE_REPLACE : CAN_PLACE_OK;
        else if (there && edge_is_peer(there) && !node_is_top(c->target))
                answer = CAN_PLACE_CONFLICT;
        else if (!current && there && there != c->edge && !edge_satisfied_by(there, c->dep))
                answer = CAN_PLACE_CONFLICT;
        else {
                r = current ? can_place_over(c, current, &answer)
                            : can_place_nothing_there(c, &answer);
                if (r < 0)
                        return r;
        }

        c->answer = answer;
        if (c->self == CAN_PLACE_CONFLICT)
                c->self = answer;
        return 0;
}
