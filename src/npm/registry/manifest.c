/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/manifest.h"

#include "basic/string-util.h"
#include "npm/registry/json-scan.h"
#include "npm/spec/semver.h"
#include "npm/spec/spec.h"

/* What stays of the JSON object. */
static const char *const kept[] = {
        "dependencies",
        "peerDependencies",
        "peerDependenciesMeta",
        "optionalDependencies",
        "bundleDependencies",
        "acceptDependencies",
        "funding",
        "engines",
        "os",
        "cpu",
        "libc",
        "license",
        "bin",
        "deprecated",
        "dist",
        "workspaces",
};

static const char *const install_events[] = { "preinstall", "install", "postinstall", NULL };
static const char *const prepare_events[] = { "prepare", "prepack", "build", NULL };

Manifest *manifest_free(Manifest *m) {
        if (!m)
                return NULL;
        free(m->name);
        free(m->version);
        free(m->spelled);
        free(m->dependencies);
        free(m->bundled);
        (void) json_object_put(m->json);
        free(m);
        return NULL;
}

bool manifest_bundles(const Manifest *m, const char *name) {
        for (const char **s = m->bundled; s && *s; s++)
                if (streq(*s, name))
                        return true;
        return false;
}

/* A name that was seen before gives up its place: npm's order is that of the last mention. */
static int add_dependency(Manifest *m, const char *name, json_object *spec, DependencyType type,
                          const char *what, Error *e) {
        Dependency *d;

        if (!json_string(spec))
                return error_set(e, -EBADMSG, "%s has the dependency '%s' as %s, not as text", what,
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

/* A list, an object's keys, or true for all dependencies. Leaves the list in the JSON, for the lock
 * file. */
static int load_bundled(Manifest *m) {
        json_object *o = json_get(m->json, "bundleDependencies"), *list;
        size_t n = 0;
        int r = 0;

        list = json_object_new_array();
        if (!list)
                return -ENOMEM;
        if (json_object_is_type(o, json_type_boolean) && json_object_get_boolean(o))
                o = json_get(m->json, "dependencies");
        if (json_object_is_type(o, json_type_object)) {
                json_object_object_foreach(o, name, value) {
                        (void) value;
                        r = MIN2(r, json_object_array_add(list, json_object_new_string(name)));
                }
        } else if (json_object_is_type(o, json_type_array))
                for (size_t i = 0; i < json_object_array_length(o); i++)
                        if (json_string(json_object_array_get_idx(o, i)))
                                r = MIN2(r,
                                         json_object_array_add(
                                                 list,
                                                 json_object_get(json_object_array_get_idx(o, i))));

        json_object_object_del(m->json, "bundleDependencies");
        if (r < 0 || json_object_array_length(list) == 0) {
                (void) json_object_put(list);
                return r < 0 ? -ENOMEM : 0;
        }
        r = json_add(m->json, "bundleDependencies", list);
        if (r < 0)
                return r;

        m->bundled = calloc(json_object_array_length(list) + 1, sizeof(*m->bundled));
        if (!m->bundled)
                return -ENOMEM;
        for (size_t i = 0; i < json_object_array_length(list); i++)
                m->bundled[n++] = json_string(json_object_array_get_idx(list, i));
        return 0;
}

/* The older form of a hash, hexadecimal SHA-1, as npm writes hashes now. */
static int add_integrity(json_object *dist, const char *shasum) {
        static const char digits[] =
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        char text[] = "sha1-............................", *t = text + strlen("sha1-");
        uint8_t bytes[21] = { 0 };

        if (strlen(shasum) != 40 || strspn(shasum, "0123456789abcdefABCDEF") != 40)
                return 0;
        for (size_t i = 0; i < 20; i++)
                (void) sscanf(shasum + 2 * i, "%2hhx", bytes + i);
        for (size_t i = 0; i < sizeof(bytes); i += 3) {
                unsigned v = (unsigned) bytes[i] << 16 | (unsigned) bytes[i + 1] << 8 |
                             bytes[i + 2];

                for (int shift = 18; shift >= 0; shift -= 6)
                        *t++ = digits[v >> shift & 63];
        }
        t[-1] = '=';
        return json_add_string(dist, "integrity", text);
}

/* npm writes the license's type alone, and deprecation as a text. */
static int load_texts(Manifest *m) {
        json_object *license = json_get(m->json, "license"),
                    *deprecated = json_get(m->json, "deprecated");
        json_object *engines = json_get(m->json, "engines"), *dist = json_get(m->json, "dist");
        const char *type = json_get_string(license, "type");
        int r;

        if (type) {
                _cleanup_(freep) char *copy = strdup(type);

                r = copy ? json_add_string(m->json, "license", copy) : -ENOMEM;
                if (r < 0)
                        return r;
        }
        if (deprecated && json_object_get_boolean(deprecated))
                m->deprecated = json_string(deprecated) ?: "no longer supported";
        m->engine_node = json_get_string(engines, "node");
        m->engine_npm = json_get_string(engines, "npm");
        m->tarball = json_get_string(dist, "tarball");
        m->shasum = json_get_string(dist, "shasum");
        m->signatures = json_get(dist, "signatures");
        if (isempty(json_get_string(dist, "integrity")) && m->shasum) {
                r = add_integrity(dist, m->shasum);
                if (r < 0)
                        return r;
        }
        m->integrity = json_get_string(dist, "integrity");
        return 0;
}

static bool has_script(json_object *json, const char *const *events) {
        json_object *scripts = json_get(json, "scripts");

        for (; *events; events++)
                if (!isempty(json_get_string(scripts, *events)))
                        return true;
        return false;
}

static int rename_member(json_object *o, const char *from, const char *to) {
        json_object *value = json_get(o, from);
        int r = 0;

        if (value && !json_has(o, to))
                r = json_add(o, to, json_object_get(value));
        json_object_object_del(o, from);
        return r;
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

/* A copy of what is needed; the rest of the document may be large. */
static int keep(json_object *from, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        int r;

        if (!o)
                return -ENOMEM;
        for (size_t i = 0; i < ELEMENTSOF(kept); i++) {
                json_object *value = json_get(from, kept[i]);

                if (!value)
                        continue;
                r = json_add(o, kept[i], json_object_get(value));
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(o);
        return 0;
}

int manifest_from_json(json_object *json, const char *what, Error *e, Manifest **ret) {
        _cleanup_(manifest_freep) Manifest *m = NULL;
        char version[SEMVER_TEXT_MAX];
        Semver semver;
        int r;

        if (!json_object_is_type(json, json_type_object))
                return error_set(e, -EBADMSG, "%s is %s, not an object", what,
                                 json_type_text(json));
        if (!json_get_string(json, "name") || !package_name_is_valid(json_get_string(json, "name")))
                return error_set(e, -EBADMSG, "%s has no valid \"name\"", what);
        if (!json_get_string(json, "version") ||
            semver_parse(slice(json_get_string(json, "version")), SEMVER_LOOSE, &semver) < 0)
                return error_set(e, -EBADMSG, "%s has no valid \"version\"", what);

        m = calloc(1, sizeof(*m));
        if (!m)
                return -ENOMEM;
        m->name = strdup(json_get_string(json, "name"));
        m->version = strdup(semver_format(&semver, version));
        m->spelled = strdup(json_get_string(json, "version"));
        if (!m->name || !m->version || !m->spelled)
                return -ENOMEM;
        m->has_install_script = json_get_bool(json, "hasInstallScript", false) ||
                                has_script(json, install_events);
        m->has_prepare_script = has_script(json, prepare_events);
        m->has_shrinkwrap = json_get_bool(json, "_hasShrinkwrap", false);

        r = rename_member(json, "bundledDependencies", "bundleDependencies");
        if (r >= 0)
                r = keep(json, &m->json);
        if (r >= 0) {
                r = load_bundled(m);
                drop_doubled(m->json);
        }
        if (r >= 0)
                r = load_texts(m);
        if (r >= 0)
                r = load_peers(m, /* optional= */ false, what, e);
        if (r >= 0)
                r = load_peers(m, /* optional= */ true, what, e);
        if (r >= 0)
                r = load_dependencies(m, "dependencies", DEPENDENCY_PROD, what, e);
        if (r >= 0)
                r = load_dependencies(m, "optionalDependencies", DEPENDENCY_OPTIONAL, what, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(m);
        return 0;
}

int manifest_parse(Slice text, const char *what, Error *e, Manifest **ret) {
        _cleanup_(json_object_putp) json_object *json = NULL;
        int r;

        r = json_scan_parse(text, e, &json);
        if (r < 0)
                return error_prefix(e, r, "%s", what);
        return manifest_from_json(json, what, e, ret);
}
