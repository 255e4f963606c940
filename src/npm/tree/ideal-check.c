/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/ideal-check.h"

#include "basic/string-util.h"
#include "npm/registry/platform.h"
#include "npm/tree/depset.h"

/* Passes on what the node is not: 1 if that changed anything for `to`. */
static bool pass_flags(const Node *from, const Edge *via, Node *to) {
        bool optional = via && edge_is_optional(via), peer = via && edge_is_peer(via),
             changed = false;

        if (to->extraneous && !from->extraneous && !(optional && peer)) {
                to->extraneous = false;
                changed = true;
        }
        if (to->dev && !from->dev) {
                to->dev = false;
                changed = true;
        }
        if (to->optional && !from->optional && !optional) {
                to->optional = false;
                changed = true;
        }
        if (to->peer && !from->peer && !peer) {
                to->peer = false;
                changed = true;
        }
        return changed;
}

void ideal_set_flags(Tree *t) {
        bool changed = true;

        for (size_t i = 0; i < t->n_nodes; i++) {
                Node *n = t->nodes[i];

                if (n->root == t->root)
                        n->extraneous = n->dev = n->optional = n->peer = n != t->root;
        }

        /* a few rounds over the tree: flags only ever go from true to false */
        while (changed) {
                changed = false;
                for (size_t i = 0; i < t->n_nodes; i++) {
                        Node *n = t->nodes[i];

                        if (n->root != t->root)
                                continue;
                        if (n->link && pass_flags(n, NULL, n->link))
                                changed = true;
                        if (!n->extraneous)
                                for (Node *p = n->parent; p && p->extraneous; p = p->parent) {
                                        p->extraneous = false;
                                        changed = true;
                                }
                        NODE_FOREACH_EDGE(e, n)
                                if (e->to && pass_flags(n, e, e->to))
                                        changed = true;
                }
        }
}

int ideal_drop_optional(Node *n) {
        _cleanup_(node_set_done) NodeSet set = { 0 };
        int r;

        if (!n->optional)
                return -ENOTRECOVERABLE;
        r = node_optional_set(n, &set);
        if (r < 0)
                return r;
        for (size_t i = 0; i < set.n; i++)
                if (set.items[i])
                        set.items[i]->inert = true;
        return 0;
}

/* Who depends on it, for a message. */
static const char *first_dependent(const Node *n) {
        const Edge *e = n->in_first;

        return e && e->from->parent && e->from->manifest ? e->from->manifest->name : "the request";
}

static int check_node(Node *n, const Platform *platform, Error *e) {
        const Manifest *m = n->manifest;

        if (n->problem) {
                if (!n->optional)
                        return error_set(e, n->error, "%s, required by %s: %s", n->name->text,
                                         first_dependent(n), n->problem);
                return ideal_drop_optional(n);
        }
        if (!m || n->link)
                return 0;

        n->unfit = !platform_engines_fit(platform, m->engine_node, m->engine_npm);
        if (n->optional)
                return !n->inert && (n->unfit || !platform_fits(platform, m))
                               ? ideal_drop_optional(n)
                               : 0;
        if (!platform_fits(platform, m))
                return error_set(e, -EOPNOTSUPP, "%s@%s, required by %s, does not run on %s %s%s%s",
                                 m->name, m->version, first_dependent(n), platform->os,
                                 platform->cpu, platform->libc ? " with " : "",
                                 platform->libc ?: "");
        return 0;
}

int ideal_check(Tree *t, const Platform *platform, Error *e) {
        /* first all that cannot be had: what they take with them is not asked what it runs on */
        for (size_t i = 0; i < t->n_nodes; i++)
                if (t->nodes[i]->root == t->root && t->nodes[i]->problem) {
                        int r = check_node(t->nodes[i], platform, e);

                        if (r < 0)
                                return r;
                }
        for (size_t i = 0; i < t->n_nodes; i++)
                if (t->nodes[i]->root == t->root && t->nodes[i] != t->root &&
                    !t->nodes[i]->problem) {
                        int r = check_node(t->nodes[i], platform, e);

                        if (r < 0)
                                return r;
                }
        return 0;
}
