/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/contents-shrinkwrap.h"

#include "basic/string-util.h"
#include "npm/registry/manifest-parse.h"
#include "npm/tree/depset.h"

/* The manifest of an entry, under the name of its place where it has none of its own. */
static int entry_manifest(const char *path, json_object *entry, Error *e, Manifest **ret) {
        const char *last = path, *resolved = json_get_string(entry, "resolved");
        json_object *dist;
        int r = 0;

        for (const char *s = path; (s = strstr(s, MODULES)); s += strlen(MODULES))
                last = s + strlen(MODULES);
        if (!json_has(entry, "name"))
                r = json_add_string(entry, "name", last);
        if (r < 0)
                return r;
        dist = json_object_new_object();
        r = json_add(entry, "dist", dist);
        if (r < 0)
                return r;
        r = json_add_string(dist, "tarball", resolved);
        if (r < 0)
                return r;
        r = json_add_string(dist, "integrity", json_get_string(entry, "integrity"));
        if (r < 0)
                return r;
        return manifest_from_json(entry, path, e, ret);
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

        r = contents_add_at(t, node, path, m, &n);
        if (r > 0) {
                n->in_shrinkwrap = true;
                n->in_bundle = json_get_bool(entry, "inBundle", false) ||
                               json_get_bool(entry, "bundled", false);
        }
        return r < 0 ? r : 0;
}

/* An older file's tree becomes the flat list of newer ones. */
static int flatten_dependencies(json_object *dependencies, const char *base, unsigned depth,
                                json_object *packages, Error *e) {
        if (!json_object_is_type(dependencies, json_type_object))
                return 0;
        if (depth > JSON_DEPTH_MAX)
                return -E2BIG;
        json_object_object_foreach(dependencies, name, entry) {
                _cleanup_(freep) char *path = NULL;
                json_object *copy, *required = json_get(entry, "requires");
                int r;

                if (strdupf(&path, "%s%s" MODULES "%s", base, base[0] ? "/" : "", name) < 0)
                        return -ENOMEM;
                copy = json_copy(entry);
                if (!copy)
                        return -ENOMEM;
                json_object_object_del(copy, "dependencies");
                r = json_add(packages, path, copy);
                if (r < 0)
                        return r;
                if (json_object_is_type(required, json_type_object)) {
                        r = json_add(copy, "dependencies", json_copy(required));
                        if (r < 0)
                                return r;
                }
                r = flatten_dependencies(json_get(entry, "dependencies"), path, depth + 1, packages,
                                         e);
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
        if (r < 0)
                return r;
        for (size_t i = 0; i < reachable.n; i++)
                NODE_FOREACH_EDGE(e, reachable.items[i]) {
                        r = e->to ? node_set_add(&reachable, e->to) : 0;
                        if (r < 0)
                                return r;
                }
        for (size_t i = 0; i < t->n_nodes; i++) {
                Node *n = t->nodes[i];

                if (n->root == t->root && n->in_shrinkwrap && node_is_descendant(n, node) &&
                    !node_set_contains(&reachable, n) && !n->child_first)
                        tree_detach(t, n);
        }
        return 0;
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
                r = flatten_dependencies(json_get(shrinkwrap, "dependencies"), "", 0, flat, e);
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
                deepest = MAX2(deepest, contents_path_depth(path));
        }
        if (deepest > JSON_DEPTH_MAX)
                return error_set(e, -EBADMSG, "the npm-shrinkwrap.json of %s is nested too deep",
                                 node->name->text);
        for (unsigned depth = 1; depth <= deepest; depth++) {
                json_object_object_foreach(packages, place, meta) {
                        r = contents_path_depth(place) == depth
                                    ? add_entry(t, node, place, meta, manifests, n_manifests, e)
                                    : 0;
                        if (r < 0)
                                return r;
                }
        }
        return drop_unreachable(t, node);
}
