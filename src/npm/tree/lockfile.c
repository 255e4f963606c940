/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/lockfile.h"

#include "basic/string-util.h"
#include "npm/tree/bin.h"
#include "npm/tree/lockfile-text.h"

#define LOCKFILE_VERSION 3

/* What an entry repeats of the manifest, where it is there and not empty. */
static const char *const repeated[] = {
        "dependencies",
        "peerDependencies",
        "peerDependenciesMeta",
        "optionalDependencies",
        "bundleDependencies",
        "acceptDependencies",
        "engines",
        "os",
        "cpu",
        "libc",
        "license",
        "deprecated",
        "workspaces",
};

static bool is_empty(json_object *o) {
        if (json_object_is_type(o, json_type_object))
                return json_object_object_length(o) == 0;
        if (json_object_is_type(o, json_type_array))
                return json_object_array_length(o) == 0;
        return !json_object_get_boolean(o);
}

/* A text is short for an object with an address. */
static int add_funding(json_object *entry, json_object *funding) {
        json_object *o;
        int r;

        if (!funding || is_empty(funding))
                return 0;
        if (!json_string(funding))
                return json_add(entry, "funding", json_object_get(funding));
        o = json_object_new_object();
        r = json_add(entry, "funding", o);
        return r < 0 ? r : json_add_string(o, "url", json_string(funding));
}

static int add_manifest(json_object *entry, const Node *n) {
        const Manifest *m = n->manifest;
        json_object *bin = NULL;
        int r;

        r = json_add_string(entry, "version", m->version);
        if (r < 0)
                return r;
        r = json_add_string(entry, "name", streq(m->name, n->name->text) ? NULL : m->name);
        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTSOF(repeated); i++) {
                json_object *value = json_get(m->json, repeated[i]);

                if (!value || is_empty(value))
                        continue;
                r = json_add(entry, repeated[i], json_object_get(value));
                if (r < 0)
                        return r;
        }
        r = add_funding(entry, json_get(m->json, "funding"));
        if (r < 0)
                return r;
        r = bin_normalize(json_get(m->json, "bin"), m->name, &bin);
        if (r < 0)
                return r;
        return bin ? json_add(entry, "bin", bin) : 0;
}

static int add_flags(json_object *entry, const Node *n) {
        const struct {
                const char *key;
                bool value;
        } flags[] = {
                { "extraneous", n->extraneous },
                { "peer", n->peer && !n->extraneous },
                { "optional", n->optional && !n->extraneous },
                { "inBundle", n->in_bundle },
                { "hasInstallScript", n->manifest && n->manifest->has_install_script },
                { "hasShrinkwrap", n->manifest && n->manifest->has_shrinkwrap },
        };

        for (size_t i = 0; i < ELEMENTSOF(flags); i++)
                if (flags[i].value) {
                        int r = json_add_bool(entry, flags[i].key, true);

                        if (r < 0)
                                return r;
                }
        return 0;
}

static int add_node(json_object *packages, const Node *n) {
        json_object *entry = json_object_new_object();
        int r;

        r = json_add(packages, n->location, entry);
        if (r < 0)
                return r;
        if (n->link) {
                r = json_add_string(entry, "resolved", n->link->location);
                return r < 0 ? r : json_add_bool(entry, "link", true);
        }
        r = add_manifest(entry, n);
        if (r < 0)
                return r;
        r = json_add_string(entry, "resolved", n->resolved);
        if (r < 0)
                return r;
        /* of what came inside another package no archive was compared with it */
        r = json_add_string(entry, "integrity", n->in_bundle ? NULL : n->integrity);
        if (r < 0)
                return r;
        return add_flags(entry, n);
}

/* What the root's package.json says of the module, by npm's rules for saving: the version there is
 * and later compatible ones, unless the person gave a range. */
static int add_root_dependencies(json_object *o, const Tree *t) {
        const Edge *e = t->root->edges;
        const Spec *spec = e->requirement->spec;
        const Node *n = e->to;
        _cleanup_(freep) char *range = NULL, *text = NULL;
        const Spec *target = spec->type == SPEC_ALIAS ? spec->target : spec;
        json_object *dependencies;
        int r;

        if (!n || !n->manifest)
                return -ENOENT;
        if (!spec_is_registry(target))
                text = strdup(n->resolved && startswith(n->resolved, "file:") ? n->resolved
                                                                              : spec->raw);
        else {
                bool keep = target->type == SPEC_RANGE && !isempty(target->fetch) &&
                            !streq(target->fetch, "*");

                if (strdupf(&range, "%s%s", keep ? "" : "^",
                            keep ? target->fetch : n->manifest->version) < 0)
                        return -ENOMEM;
                if (spec->type != SPEC_ALIAS)
                        text = TAKE_PTR(range);
                else
                        (void) strdupf(&text, "npm:%s@%s", n->manifest->name, range);
        }
        if (!text)
                return -ENOMEM;
        dependencies = json_object_new_object();
        r = json_add(o, "dependencies", dependencies);
        return r < 0 ? r : json_add_string(dependencies, n->name->text, text);
}

char *lockfile_write_root(const Tree *t, const char *name) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();

        if (json_add_string(o, "name", name) < 0 || json_add_bool(o, "private", true) < 0 ||
            add_root_dependencies(o, t) < 0)
                return NULL;
        return lockfile_to_text(o);
}

static int add_root(json_object *packages, const Tree *t, const char *name) {
        json_object *root = json_object_new_object();
        int r;

        r = json_add(packages, "", root);
        if (r < 0)
                return r;
        r = json_add_string(root, "name", name);
        if (r < 0)
                return r;
        return add_root_dependencies(root, t);
}

static int add_inner_link(json_object *packages, const Node *n, const char *name,
                          const char *path) {
        _cleanup_(freep) char *link = NULL, *target = NULL;
        json_object *entry = json_object_new_object();
        int r;

        if (strdupf(&link, "%s/node_modules/%s", n->location, name) < 0 ||
            strdupf(&target, "%s/%s", n->location, path) < 0) {
                (void) json_object_put(entry);
                return -ENOMEM;
        }
        r = json_add(packages, link, entry);
        if (r < 0)
                return r;
        r = json_add_string(entry, "resolved", target);
        if (r < 0)
                return r;
        r = json_add_bool(entry, "link", true);
        return r < 0 ? r : json_add(packages, target, json_object_new_object());
}

/* Of its dependencies that are inside it. */
static int add_inner_links(json_object *packages, const Tree *t, const Node *n) {
        for (size_t i = 0; i < n->manifest->n_dependencies && !n->link; i++) {
                const Dependency *d = n->manifest->dependencies + i;
                _cleanup_(freep) char *path = NULL;
                const Name *name;
                int r;

                r = tree_inner_dependency(t, n, d, &name, &path);
                if (r > 0)
                        r = add_inner_link(packages, n, d->name, path);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int fill_lockfile(json_object *o, const Tree *t, LockfileKind kind, const char *name) {
        json_object *packages = json_object_new_object();
        int r;

        r = json_add(o, "packages", packages);
        if (r < 0)
                return r;
        r = json_add_string(o, "name", name);
        if (r < 0)
                return r;
        r = json_add_uint(o, "lockfileVersion", LOCKFILE_VERSION);
        if (r < 0)
                return r;
        r = json_add_bool(o, "requires", true);
        if (r < 0)
                return r;
        r = kind == LOCKFILE_PROJECT ? add_root(packages, t, name) : 0;
        if (r < 0)
                return r;
        for (size_t i = 0; i < t->n_nodes; i++) {
                const Node *n = t->nodes[i];

                if (n->root != t->root || n == t->root || !n->manifest ||
                    (kind == LOCKFILE_HIDDEN && (n->inert || node_is_superfluous(n))))
                        continue;
                r = add_node(packages, n);
                if (r < 0)
                        return r;
                r = kind == LOCKFILE_PROJECT ? add_inner_links(packages, t, n) : 0;
                if (r < 0)
                        return r;
        }
        return 0;
}

char *lockfile_write(const Tree *t, LockfileKind kind, const char *name) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();

        return fill_lockfile(o, t, kind, name) < 0 ? NULL : lockfile_to_text(o);
}
