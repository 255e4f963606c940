/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/contents.h"

#include "basic/string-util.h"
#include "npm/depset.h"

#define MODULES "node_modules/"

void contents_done(Contents *c) {
        (void) json_object_put(c->shrinkwrap);
        for (size_t i = 0; i < c->n_bundled; i++) {
                free(c->bundled[i].path);
                manifest_free(c->bundled[i].manifest);
        }
        free(c->bundled);
        *c = (Contents){ 0 };
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

static unsigned path_depth(const char *path) {
        unsigned depth = 0;

        for (; (path = strstr(path, MODULES)); path += strlen(MODULES))
                depth++;
        return depth;
}

static int compare_bundled(const void *a, const void *b) {
        const Bundled *x = a, *y = b;
        unsigned u = path_depth(x->path), v = path_depth(y->path);

        return u != v ? (u > v) - (u < v) : strcmp(x->path, y->path);
}

/* Puts one package into its place: 1, 0 if there is nothing it could be below. */
static int add_at(Tree *t, Node *base, const char *path, Manifest *m, Node **ret) {
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
                                         "%s bundles a package at '%s', which is no place for one",
                                         node->name->text, sorted[i].path);
                r = add_at(t, node, sorted[i].path, sorted[i].manifest, &added);
                if (r < 0)
                        return r;
                if (r > 0) {
                        added->in_bundle = true;
                        added->resolved = added->integrity = NULL;
                }
        }
        return 0;
}

/* Everything above that a bundle's packages hide, and what hangs on it, unless somebody else needs
 * it. */
int contents_prune_shadowed(Tree *t) {
        _cleanup_(node_set_done) NodeSet set = { 0 };
        bool changed = true;
        int r = 0;

        for (size_t i = 0; i < t->n_nodes && r >= 0; i++) {
                Node *n = t->nodes[i], *shadow;

                if (n->root != t->root || n == t->root || !n->manifest || !n->manifest->bundled)
                        continue;
                NODE_FOREACH_CHILD(c, n) {
                        shadow = tree_resolve(t, n->parent, c->name);
                        if (shadow)
                                r = MIN2(r, node_set_add(&set, shadow));
                }
        }
        for (size_t i = 0; i < set.n && r >= 0; i++)
                NODE_FOREACH_EDGE(e, set.items[i])
        if (e->to)
                r = MIN2(r, node_set_add(&set, e->to));
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

/* The manifest of an entry, under the name of its place where it has none of its own. */
static int entry_manifest(const char *path, json_object *entry, Error *e, Manifest **ret) {
        const char *last = path, *resolved = json_get_string(entry, "resolved");
        json_object *dist;
        int r = 0;

        for (const char *s = path; (s = strstr(s, MODULES)); s += strlen(MODULES))
                last = s + strlen(MODULES);
        if (!json_has(entry, "name"))
                r = json_add_string(entry, "name", last);
        dist = json_object_new_object();
        if (r >= 0)
                r = json_add(entry, "dist", dist);
        if (r >= 0)
                r = json_add_string(dist, "tarball", resolved);
        if (r >= 0)
                r = json_add_string(dist, "integrity", json_get_string(entry, "integrity"));
        return r < 0 ? r : manifest_from_json(entry, path, e, ret);
}

static int add_entry(Tree *t, Node *node, const char *path, json_object *entry,
                     Manifest ***manifests, size_t *n_manifests, Error *e) {
        Manifest *m, **more;
        Node *n;
        int r;

        if (!package_path_is_valid(path) || json_get_bool(entry, "link", false))
                return error_set(
                        e, -EBADMSG,
                        "the npm-shrinkwrap.json of %s has the entry '%s', which is not supported",
                        node->name->text, path);
        if (json_get_bool(entry, "dev", false))
                return 0;

        more = reallocarray(*manifests, *n_manifests + 1, sizeof(*more));
        if (!more)
                return -ENOMEM;
        *manifests = more;
        r = entry_manifest(path, entry, e, &m);
        if (r < 0)
                return error_prefix(e, r, "the npm-shrinkwrap.json of %s", node->name->text);
        (*manifests)[(*n_manifests)++] = m;

        r = add_at(t, node, path, m, &n);
        if (r > 0) {
                n->in_shrinkwrap = true;
                n->in_bundle = json_get_bool(entry, "inBundle", false) ||
                               json_get_bool(entry, "bundled", false);
        }
        return r < 0 ? r : 0;
}

/* An older file's tree becomes the flat list of newer ones. */
static int flatten(json_object *dependencies, const char *base, unsigned depth,
                   json_object *packages, Error *e) {
        if (!json_object_is_type(dependencies, json_type_object))
                return 0;
        if (depth > JSON_DEPTH_MAX)
                return -E2BIG;
        json_object_object_foreach(dependencies, name, entry) {
                _cleanup_(freep) char *path = NULL;
                json_object *copy, *requires = json_get(entry, "requires");
                int r;

                if (asprintf(&path, "%s%s" MODULES "%s", base, base[0] ? "/" : "", name) < 0) {
                        path = NULL;
                        return -ENOMEM;
                }
                copy = json_copy(entry);
                if (!copy)
                        return -ENOMEM;
                json_object_object_del(copy, "dependencies");
                r = json_add(packages, path, copy);
                if (r >= 0 && json_object_is_type(requires, json_type_object))
                        r = json_add(copy, "dependencies", json_copy(requires));
                if (r >= 0)
                        r = flatten(json_get(entry, "dependencies"), path, depth + 1, packages, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Packages that nothing in the shrinkwrap leads to stay out, as those for development do. */
static int drop_unreachable(Tree *t, Node *node) {
        _cleanup_(node_set_done) NodeSet reachable = { 0 };
        int r;

        r = node_set_add(&reachable, node);
        for (size_t i = 0; i < reachable.n && r >= 0; i++)
                NODE_FOREACH_EDGE(e, reachable.items[i])
        if (e->to)
                r = MIN2(r, node_set_add(&reachable, e->to));
        for (size_t i = 0; i < t->n_nodes && r >= 0; i++) {
                Node *n = t->nodes[i];

                if (n->root == t->root && n->in_shrinkwrap && node_is_descendant(n, node) &&
                    !node_set_contains(&reachable, n) && !n->child_first)
                        tree_detach(t, n);
        }
        return r < 0 ? r : 0;
}

int contents_add_shrinkwrap(Tree *t, Node *node, json_object *shrinkwrap, Manifest ***manifests,
                            size_t *n_manifests, Error *e) {
        _cleanup_(json_object_putp) json_object *flat = NULL;
        json_object *packages = json_get(shrinkwrap, "packages");
        unsigned deepest = 0;
        int r;

        if (!json_object_is_type(packages, json_type_object)) {
                packages = flat = json_object_new_object();
                if (!flat)
                        return -ENOMEM;
                r = flatten(json_get(shrinkwrap, "dependencies"), "", 0, flat, e);
                if (r < 0)
                        return r;
        }
        if (json_object_object_length(packages) > SHRINKWRAP_ENTRIES_MAX)
                return error_set(e, -EBADMSG,
                                 "the npm-shrinkwrap.json of %s has more than %d entries",
                                 node->name->text, SHRINKWRAP_ENTRIES_MAX);

        /* what is further up has to be there first */
        json_object_object_foreach(packages, path, entry) {
                (void) entry;
                deepest = MAX2(deepest, path_depth(path));
        }
        if (deepest > JSON_DEPTH_MAX)
                return error_set(e, -EBADMSG, "the npm-shrinkwrap.json of %s is nested too deep",
                                 node->name->text);
        for (unsigned depth = 1; depth <= deepest; depth++) {
                json_object_object_foreach(packages, place, meta) {
                        r = path_depth(place) == depth
                                    ? add_entry(t, node, place, meta, manifests, n_manifests, e)
                                    : 0;
                        if (r < 0)
                                return r;
                }
        }
        return drop_unreachable(t, node);
}
