/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/depset.h"

void node_set_done(NodeSet *s) {
        free(s->items);
        free(s->bits);
        *s = (NodeSet) { 0 };
}

bool node_set_contains(const NodeSet *s, const Node *n) {
        size_t word = n->index / 64;

        return word < s->words && (s->bits[word] & (UINT64_C(1) << n->index % 64)) != 0;
}

int node_set_add(NodeSet *s, Node *n) {
        size_t word = n->index / 64;

        if (node_set_contains(s, n))
                return 0;
        if (word >= s->words) {
                size_t words = MAX2(word + 1, s->words * 2);
                uint64_t *bits = reallocarray(s->bits, words, sizeof(*bits));

                if (!bits)
                        return -ENOMEM;
                memset(bits + s->words, 0, (words - s->words) * sizeof(*bits));
                s->bits = bits;
                s->words = words;
        }
        if (s->n >= s->size) {
                size_t size = MAX2(s->size * 2, 16U);
                Node **items = reallocarray(s->items, size, sizeof(*items));

                if (!items)
                        return -ENOMEM;
                s->items = items;
                s->size = size;
        }
        s->items[s->n++] = n;
        s->bits[word] |= UINT64_C(1) << n->index % 64;
        return 1;
}

void node_set_remove_at(NodeSet *s, size_t i) {
        Node *n = s->items[i];

        s->bits[n->index / 64] &= ~(UINT64_C(1) << n->index % 64);
        s->items[i] = NULL;
}

static bool wanted_from_outside(const NodeSet *s, const Node *n, EdgeFilter filter,
                                const void *userdata) {
        NODE_FOREACH_EDGE_IN(e, n)
                if (!node_set_contains(s, e->from) && filter(e, userdata))
                        return true;
        return false;
}

int node_set_gather(NodeSet *s, EdgeFilter filter, const void *userdata) {
        bool changed = true;

        for (size_t i = 0; i < s->n; i++)
                NODE_FOREACH_EDGE(e, s->items[i])
                        if (e->to && filter(e, userdata)) {
                                int r = node_set_add(s, e->to);

                                if (r < 0)
                                        return r;
                        }

        while (changed) {
                changed = false;
                for (size_t i = 0; i < s->n; i++)
                        if (s->items[i] && wanted_from_outside(s, s->items[i], filter, userdata)) {
                                node_set_remove_at(s, i);
                                changed = true;
                        }
        }
        return 0;
}

static bool valid_and_not_to(const Edge *e, const void *userdata) {
        return e->to != userdata && edge_valid(e);
}

int node_set_gather_only(NodeSet *s, Node *n) {
        int r = node_set_add(s, n);

        return r < 0 ? r : node_set_gather(s, valid_and_not_to, n);
}

static bool is_peer_link(const Edge *e) {
        return edge_is_peer(e) && e->to && edge_valid(e);
}

/* Adds all peers that can be reached, in the direction of dependency. */
static int follow_peers(NodeSet *s) {
        for (size_t i = 0; i < s->n; i++)
                NODE_FOREACH_EDGE(e, s->items[i])
                        if (is_peer_link(e) && node_set_add(s, e->to) < 0)
                                return -ENOMEM;
        return 0;
}

void peer_entries_free(PeerEntry *entries, size_t n) {
        for (size_t i = 0; i < n; i++)
                node_set_done(&entries[i].peers);
        free(entries);
}

typedef struct PeerEntries {
        PeerEntry *items;
        size_t n;
} PeerEntries;

static void peer_entries_done(PeerEntries *p) {
        peer_entries_free(p->items, p->n);
}

/* If the peers that `peer` brings along include the node, then `e` is a way in for it. */
static int add_entry(PeerEntries *entries, Edge *e, Node *peer, const Node *n) {
        _cleanup_(node_set_done) NodeSet brought = { 0 };
        PeerEntry *more;

        if (node_set_add(&brought, peer) < 0 || follow_peers(&brought) < 0)
                return -ENOMEM;
        if (!node_set_contains(&brought, n))
                return 0;
        more = reallocarray(entries->items, entries->n + 1, sizeof(*more));
        if (!more)
                return -ENOMEM;
        entries->items = more;
        entries->items[entries->n++] = (PeerEntry) { e, brought };
        brought = (NodeSet) { 0 };
        return 0;
}

int peer_entries_find(Node *n, PeerEntry **ret, size_t *ret_n) {
        _cleanup_(peer_entries_done) PeerEntries entries = { 0 };
        _cleanup_(node_set_done) NodeSet all = { 0 };

        if (node_set_add(&all, n) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < all.n; i++) {
                NODE_FOREACH_EDGE(e, all.items[i])
                        if (is_peer_link(e) && node_set_add(&all, e->to) < 0)
                                return -ENOMEM;
                NODE_FOREACH_EDGE_IN(e, all.items[i])
                        if (is_peer_link(e) && node_set_add(&all, e->from) < 0)
                                return -ENOMEM;
        }

        for (size_t i = 0; i < all.n; i++)
                NODE_FOREACH_EDGE_IN(e, all.items[i])
                        if (edge_valid(e) && (!edge_is_peer(e) || node_is_top(e->from)) &&
                            add_entry(&entries, e, all.items[i], n) < 0)
                                return -ENOMEM;
        *ret = TAKE_PTR(entries.items);
        *ret_n = entries.n;
        entries.n = 0;
        return 0;
}

static bool is_child_name(const Node *parent, const Name *name) {
        NODE_FOREACH_CHILD(c, parent)
                if (c->name == name)
                        return true;
        return false;
}

int node_can_replace(const Node *n, Node *old, const Node *ignored_parent) {
        _cleanup_(node_set_done) NodeSet own = { 0 };
        const char *a = node_package_name(n), *b = node_package_name(old);
        int r;

        if (n->name != old->name || (a != b && (!a || !b || strcmp(a, b) != 0)))
                return false;

        /* what goes with it anyway has no say */
        r = node_set_gather_only(&own, old);
        if (r < 0)
                return r;
        NODE_FOREACH_EDGE_IN(e, old) {
                if (ignored_parent && !node_is_top(old) && e->from->parent == old->parent &&
                    edge_is_peer(e) && is_child_name(ignored_parent, e->from->name))
                        continue;
                if (!node_set_contains(&own, e->from) && !edge_satisfied_by(e, n))
                        return false;
        }
        return true;
}

int node_can_dedupe(const Tree *t, Node *n, bool explicit_request) {
        Node *other;
        int r, order;

        if (!n->parent || !n->parent->parent || node_bundler(n))
                return false;
        if (!n->in_first)
                return true;

        other = tree_resolve(t, n->parent->parent, n->name);
        if (!other)
                return false;
        if (node_matches(other, n))
                return true;
        r = node_can_replace(other, n, /* ignored_parent= */ NULL);
        if (r <= 0)
                return r;
        if (explicit_request)
                return true;
        order = n->manifest && other->manifest ? semver_compare(&other->version, &n->version) : -1;
        return order >= 0;
}

static bool outside_optional(const Edge *e, const void *userdata) {
        return !node_set_contains(userdata, e->to) && !e->from->inert;
}

int node_optional_set(Node *n, NodeSet *ret) {
        _cleanup_(node_set_done) NodeSet seeds = { 0 };
        _cleanup_(node_set_done) NodeSet set = { 0 };
        int r;

        r = node_set_add(&seeds, n);
        if (r < 0)
                return r;
        for (size_t i = 0; i < seeds.n; i++)
                NODE_FOREACH_EDGE_IN(e, seeds.items[i]) {
                        r = edge_is_optional(e) ? 0 : node_set_add(&seeds, e->from);
                        if (r < 0)
                                return r;
                }
        for (size_t i = 0; i < seeds.n; i++) {
                r = node_set_add(&set, seeds.items[i]);
                if (r < 0)
                        return r;
        }
        r = node_set_gather(&set, outside_optional, &seeds);
        if (r < 0)
                return r;
        *ret = set;
        set = (NodeSet) { 0 };
        return 0;
}
