/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/manifest-parse.h"

#include "basic/string-util.h"
#include "npm/registry/json-scan.h"
#include "npm/registry/manifest-dependencies.h"
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

/* A copy of what is needed; the rest of the document may be large. */
static int copy_kept(json_object *from, json_object **ret) {
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
                return error_set(e, -EBADMSG, "%s has no valid 'name'", what);
        if (!json_get_string(json, "version") ||
            semver_parse(slice(json_get_string(json, "version")), SEMVER_LOOSE, &semver) < 0)
                return error_set(e, -EBADMSG, "%s has no valid 'version'", what);

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
        if (r < 0)
                return r;
        r = copy_kept(json, &m->json);
        if (r < 0)
                return r;
        r = load_texts(m);
        if (r < 0)
                return r;
        r = manifest_load_dependencies(m, what, e);
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
