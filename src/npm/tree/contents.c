/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/contents.h"

#include "basic/string-util.h"
#include "npm/tree/depset.h"
#include "npm/tree/tree-nodes.h"

void contents_done(Contents *c) {
        (void) json_object_put(c->shrinkwrap);
        for (size_t i = 0; i < c->n_bundled; i++) {
                free(c->bundled[i].path);
                manifest_free(c->bundled[i].manifest);
        }
        free(c->bundled);
        *c = (Contents) { 0 };
}

/* Length of the name that a path starts with, a scope included; 0 if it is none. */
static size_t name_length(const char *path) {
        size_t n = strcspn(path, "/");

        if (path[0] == '@' && path[n] == '/')
                n += 1 + strcspn(path + n + 1, "/");
        return n;
}

bool package_path_is_valid(const char *path) {
        for (;;) {
                _cleanup_(freep) char *name = NULL;
                size_t n;

                path = startswith(path, MODULES);
                if (!path)
                        return false;
                n = name_length(path);
                name = strndup(path, n);
                if (!name || !package_name_is_valid(name))
                        return false;
                path += n;
                if (!*path)
                        return true;
                path++;
        }
}

/* The node the path leads to from `base`; `ret_name` gets the last name. NULL if one on the way is
 * missing. */
static Node *find_parent(Tree *t, Node *base, const char *path, const char **ret_name) {
        for (;;) {
                _cleanup_(freep) char *text = NULL;
                Name *name;
                size_t n;

                path += strlen(MODULES);
                n = name_length(path);
                if (!path[n]) {
                        *ret_name = path;
                        return base;
                }
                text = strndup(path, n);
                name = text ? names_get(t->names, text) : NULL;
                base = name ? tree_child(t, base, name) : NULL;
                if (!base)
                        return NULL;
                path += n + 1;
        }
}

unsigned contents_path_depth(const char *path) {
        unsigned depth = 0;

        for (; (path = strstr(path, MODULES)); path += strlen(MODULES))
                depth++;
        return depth;
}

static int compare_bundled(const void *a, const void *b) {
        const Bundled *x = a, *y = b;
        unsigned u = contents_path_depth(x->path), v = contents_path_depth(y->path);

        return u != v ? (u > v) - (u < v) : strcmp(x->path, y->path);
}

int contents_add_at(Tree *t, Node *base, const char *path, Manifest *m, Node **ret) {
        const char *text;
        Node *parent, *n;
        Name *name;
        int r;

        parent = find_parent(t, base, path, &text);
        if (!parent || parent->link)
                return 0;
        name = names_get(t->names, text);
        if (!name)
                return -ENOMEM;
        r = tree_new_node(t, name, m, &n);
        if (r < 0)
                return r;
        r = tree_attach(t, n, parent);
        if (r < 0)
                return r;
        *ret = n;
        return 1;
}

int contents_add_bundled(Tree *t, Node *node, const Bundled *bundled, size_t n, Error *e) {
        _cleanup_(freep) Bundled *sorted = NULL;

        sorted = calloc(n + 1, sizeof(*sorted));
        if (!sorted)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                sorted[i] = bundled[i];
        qsort(sorted, n, sizeof(*sorted), compare_bundled);

        for (size_t i = 0; i < n; i++) {
                Node *added;
                int r;

                if (!package_path_is_valid(sorted[i].path))
                        return error_set(e, -EBADMSG,
                                         "%s bundles a package at '%s', which is not a valid path",
                                         node->name->text, sorted[i].path);
                r = contents_add_at(t, node, sorted[i].path, sorted[i].manifest, &added);
                if (r < 0)
                        return r;
                if (r > 0) {
                        added->in_bundle = true;
                        added->resolved = added->integrity = NULL;
                }
        }
        return 0;
}

/* Everything above that a bundle's packages hide, and what hangs on it. */
static int gather_shadowed(Tree *t, NodeSet *set) {
        for (size_t i = 0; i < t->n_nodes; i++) {
                Node *n = t->nodes[i], *shadow;

                if (n->root != t->root || n == t->root || !n->manifest || !n->manifest->bundled)
                        continue;
                NODE_FOREACH_CHILD(c, n) {
                        shadow = tree_resolve(t, n->parent, c->name);
                        if (shadow && node_set_add(set, shadow) < 0)
                                return -ENOMEM;
                }
        }
        for (size_t i = 0; i < set->n; i++)
                NODE_FOREACH_EDGE(e, set->items[i])
                        if (e->to && node_set_add(set, e->to) < 0)
                                return -ENOMEM;
        return 0;
}

/* What was gathered goes, unless something that stays needs it. */
int contents_prune_shadowed(Tree *t) {
        _cleanup_(node_set_done) NodeSet set = { 0 };
        bool changed = true;
        int r;

        r = gather_shadowed(t, &set);
        if (r < 0)
                return r;

        while (changed) {
                changed = false;
                for (size_t i = 0; i < set.n; i++) {
                        Node *n = set.items[i];

                        if (!n)
                                continue;
                        NODE_FOREACH_EDGE_IN(e, n)
                                if (!node_set_contains(&set, e->from)) {
                                        node_set_remove_at(&set, i);
                                        changed = true;
                                        break;
                                }
                }
        }
        for (size_t i = 0; i < set.n; i++)
                if (set.items[i])
                        tree_detach(t, set.items[i]);
        return 0;
}
