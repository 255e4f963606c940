/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/node.h"

#include "basic/string-util.h"

#define BUNDLE_DEPTH_MAX 64 /* how far the question "who bundles this?" is followed */

bool node_is_top(const Node *n) {
        return !n->parent;
}

bool node_is_root(const Node *n) {
        return n->root == n;
}

bool node_is_descendant(const Node *n, const Node *ancestor) {
        for (; n; n = n->parent)
                if (n == ancestor)
                        return true;
        return false;
}

unsigned node_depth(const Node *n) {
        unsigned depth = 0;

        for (; n->parent; n = n->parent)
                depth++;
        return depth;
}

const char *node_package_name(const Node *n) {
        return n->manifest ? n->manifest->name : NULL;
}

Edge *node_edge(const Node *n, const Name *name) {
        NODE_FOREACH_EDGE(e, n)
                if (e->requirement->name->key == name->key)
                        return e;
        return NULL;
}

bool node_matches(const Node *a, const Node *b) {
        if (a == b)
                return true;
        if (a->name != b->name)
                return false;
        if (a->link || b->link)
                return a->link && b->link && node_matches(a->link, b->link);
        if (a->integrity && b->integrity)
                return streq(a->integrity, b->integrity);
        if (a->resolved && b->resolved)
                return streq(a->resolved, b->resolved);
        return a->manifest && b->manifest && streq(a->manifest->name, b->manifest->name) &&
               streq(a->manifest->version, b->manifest->version);
}

static bool on_path(Node *const *path, size_t n, const Node *node) {
        for (size_t i = 0; i < n; i++)
                if (path[i] == node)
                        return true;
        return false;
}

static Node *find_bundler(Node *node, Node **path, size_t *n) {
        Node *bundler;

        if (!node->parent || *n >= BUNDLE_DEPTH_MAX || on_path(path, *n, node))
                return NULL;
        path[(*n)++] = node;

        bundler = find_bundler(node->parent, path, n);
        if (bundler)
                return bundler;
        if (node->parent->manifest && node->parent != node->root &&
            manifest_bundles(node->parent->manifest, node->name->text))
                return node->parent;

        /* what a bundled package depends on, beside it, was bundled with it */
        NODE_FOREACH_EDGE_IN(e, node)
                if (find_bundler(e->from, path, n) == node->parent)
                        return node->parent;
        return NULL;
}

Node *node_bundler(Node *n) {
        Node *path[BUNDLE_DEPTH_MAX];
        size_t length = 0;

        /* nearly always no other node does */
        for (const Node *p = n->parent;; p = p->parent) {
                if (!p)
                        return NULL;
                if (p->manifest && p->manifest->bundled)
                        break;
        }
        return find_bundler(n, path, &length);
}

/* The same repository, at the commit or in the range that is asked for. */
static bool same_repository(const Node *n, const Spec *wanted) {
        const Spec *had = n->origin ? n->origin->spec : NULL;
        const char *commit;

        if (!had || had->type != SPEC_GIT || !streq_ptr(had->fetch, wanted->fetch) ||
            !streq_ptr(had->subdir, wanted->subdir))
                return false;
        if (wanted->git_range) {
                _cleanup_(range_freep) Range *range = NULL;

                return range_parse(slice(wanted->git_range), SEMVER_LOOSE, &range) >= 0 &&
                       range_test(range, &n->version);
        }
        if (streq_ptr(had->committish, wanted->committish))
                return true;
        commit = n->resolved ? strchr(n->resolved, '#') : NULL;
        return commit && wanted->committish && strlen(wanted->committish) >= 40 &&
               streq(commit + 1, wanted->committish);
}

static bool node_satisfies(const Node *n, const Spec *spec) {
        if (!spec)
                return false;
        if (n->link)
                return node_satisfies(n->link, spec);

        switch (spec->type) {
        case SPEC_RANGE:
                if (isempty(spec->fetch) || streq(spec->fetch, "*"))
                        return true;
                __attribute__((fallthrough));
        case SPEC_VERSION:
                return n->manifest && spec->range && range_test(spec->range, &n->version);
        case SPEC_ALIAS:
                return node_satisfies(n, spec->target);
        case SPEC_TAG:
                return n->resolved;
        case SPEC_REMOTE:
                return streq_ptr(n->resolved, spec->fetch);
        case SPEC_GIT:
                return same_repository(n, spec);
        case SPEC_FILE:
        case SPEC_DIRECTORY:
                return n->origin && n->origin->spec && n->origin->spec->type == spec->type &&
                       streq(n->origin->spec->fetch, spec->fetch);
        default:
                return false;
        }
}

bool node_is_superfluous(const Node *n) {
        for (; n; n = n->parent)
                if (n->dev && !n->in_bundle)
                        return true;
        return false;
}

bool edge_satisfied_by(const Edge *e, const Node *n) {
        if (n->name != e->requirement->name)
                return false;
        return node_satisfies(n, e->requirement->spec) ||
               (e->accept && node_satisfies(n, e->accept->spec));
}

bool edge_valid(const Edge *e) {
        if (!e->to)
                return edge_is_optional(e);
        if (edge_is_peer(e) && e->from == e->to->parent && !node_is_top(e->from))
                return false;
        return edge_satisfied_by(e, e->to);
}
