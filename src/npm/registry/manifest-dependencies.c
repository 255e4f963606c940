/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/manifest-dependencies.h"

#include "basic/string-util.h"

/* A name that was seen before gives up its place: npm's order is that of the last mention. */
static int add_dependency(Manifest *m, const char *name, json_object *spec, DependencyType type,
                          const char *what, Error *e) {
        Dependency *d;

        if (!json_string(spec))
                return error_set(e, -EBADMSG, "%s: dependency '%s' must be a string, not %s", what,
                                 name, json_type_text(spec));
        for (size_t i = 0; i < m->n_dependencies; i++)
                if (strcasecmp(m->dependencies[i].name, name) == 0) {
                        memmove(m->dependencies + i, m->dependencies + i + 1,
                                (m->n_dependencies - i - 1) * sizeof(*m->dependencies));
                        m->n_dependencies--;
                        break;
                }
        if (m->n_dependencies >= MANIFEST_DEPENDENCIES_MAX)
                return error_set(e, -EBADMSG, "%s has more than %d dependencies", what,
                                 MANIFEST_DEPENDENCIES_MAX);

        /* grows by doubling, at 0, 8, 16, 32, … */
        if (m->n_dependencies == 0 ||
            (m->n_dependencies >= 8 && (m->n_dependencies & (m->n_dependencies - 1)) == 0)) {
                d = reallocarray(m->dependencies, MAX2(m->n_dependencies * 2, 8U), sizeof(*d));
                if (!d)
                        return -ENOMEM;
                m->dependencies = d;
        }
        m->dependencies[m->n_dependencies++] = (Dependency) {
                .name = name,
                .spec = json_string(spec),
                .accept = json_get_string(json_get(m->json, "acceptDependencies"), name),
                .type = type,
        };
        return 0;
}

static int load_peers(Manifest *m, bool optional, const char *what, Error *e) {
        json_object *peers = json_get(m->json, "peerDependencies");
        json_object *meta = json_get(m->json, "peerDependenciesMeta");

        if (!json_object_is_type(peers, json_type_object))
                return 0;
        json_object_object_foreach(peers, name, spec) {
                int r;

                if (json_object_get_boolean(json_get(json_get(meta, name), "optional")) != optional)
                        continue;
                r = add_dependency(m, name, spec,
                                   optional ? DEPENDENCY_PEER_OPTIONAL : DEPENDENCY_PEER, what, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int load_dependencies(Manifest *m, const char *field, DependencyType type, const char *what,
                             Error *e) {
        json_object *o = json_get(m->json, field);

        if (!json_object_is_type(o, json_type_object))
                return 0;
        json_object_object_foreach(o, name, spec) {
                int r = add_dependency(m, name, spec, type, what, e);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* The names in a list, an object's keys, or those of all dependencies for true. */
static int list_bundled(const Manifest *m, json_object *list) {
        json_object *o = json_get(m->json, "bundleDependencies");

        if (json_object_is_type(o, json_type_boolean) && json_object_get_boolean(o))
                o = json_get(m->json, "dependencies");
        if (json_object_is_type(o, json_type_object)) {
                json_object_object_foreach(o, name, value) {
                        (void) value;
                        if (json_object_array_add(list, json_object_new_string(name)) < 0)
                                return -ENOMEM;
                }
                return 0;
        }
        if (!json_object_is_type(o, json_type_array))
                return 0;
        for (size_t i = 0; i < json_object_array_length(o); i++) {
                json_object *name = json_object_array_get_idx(o, i);

                if (json_string(name) && json_object_array_add(list, json_object_get(name)) < 0)
                        return -ENOMEM;
        }
        return 0;
}

/* Leaves the list in the JSON, for the lock file. */
static int load_bundled(Manifest *m) {
        _cleanup_(json_object_putp) json_object *list = json_object_new_array();
        size_t n;
        int r;

        if (!list)
                return -ENOMEM;
        r = list_bundled(m, list);
        if (r < 0)
                return r;
        json_object_object_del(m->json, "bundleDependencies");
        n = json_object_array_length(list);
        if (n == 0)
                return 0;
        m->bundled = calloc(n + 1, sizeof(*m->bundled));
        if (!m->bundled)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                m->bundled[i] = json_string(json_object_array_get_idx(list, i));
        return json_add(m->json, "bundleDependencies", TAKE_PTR(list));
}

/* Optional ones are often listed twice. */
static void drop_doubled(json_object *json) {
        json_object *dependencies = json_get(json, "dependencies"),
                    *optional = json_get(json, "optionalDependencies");

        if (!json_object_is_type(dependencies, json_type_object) ||
            !json_object_is_type(optional, json_type_object))
                return;
        json_object_object_foreach(optional, name, value) {
                (void) value;
                json_object_object_del(dependencies, name);
        }
}

int manifest_load_dependencies(Manifest *m, const char *what, Error *e) {
        int r;

        r = load_bundled(m);
        if (r < 0)
                return r;
        drop_doubled(m->json);
        r = load_peers(m, /* optional= */ false, what, e);
        if (r < 0)
                return r;
        r = load_peers(m, /* optional= */ true, what, e);
        if (r < 0)
                return r;
        r = load_dependencies(m, "dependencies", DEPENDENCY_PROD, what, e);
        if (r < 0)
                return r;
        return load_dependencies(m, "optionalDependencies", DEPENDENCY_OPTIONAL, what, e);
}
