/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/publication.h"

#include "basic/encoding.h"
#include "basic/string-util.h"
#include "npm/registry/publication-fields.h"
#include "npm/spec/range.h"
#include "npm/spec/semver.h"

/* A list of names, or an object's, whatever the field was. */
static int set_bundled(json_object *manifest) {
        json_object *bundled = json_get(manifest, "bundleDependencies")
                                       ?: json_get(manifest, "bundledDependencies"),
                    *names = bundled, *list;
        int r;

        if (json_object_is_type(bundled, json_type_boolean) && json_object_get_boolean(bundled))
                names = json_get(manifest, "dependencies");
        list = json_object_is_type(names, json_type_array)    ? json_object_get(names)
               : json_object_is_type(names, json_type_object) ? json_object_new_array()
                                                              : NULL;
        if (json_object_is_type(names, json_type_object)) {
                json_object_object_foreach(names, name, value) {
                        (void) value;
                        r = json_object_array_add(list, json_object_new_string(name));
                        if (r < 0)
                                return -ENOMEM;
                }
        }
        json_object_object_del(manifest, "bundledDependencies");
        json_object_object_del(manifest, "bundleDependencies");
        return list ? json_add(manifest, "bundleDependencies", list) : 0;
}

/* An installer looks for an install script and knows nothing of the file that asks for one. */
static int set_gyp(json_object *manifest) {
        json_object *scripts = json_get(manifest, "scripts");
        int r;

        if (json_get_string(scripts, "install") || json_get_string(scripts, "preinstall") ||
            !json_get_bool(manifest, "gypfile", true))
                return 0;
        if (!json_object_is_type(scripts, json_type_object)) {
                scripts = json_object_new_object();
                r = json_add(manifest, "scripts", scripts);
                if (r < 0)
                        return r;
        }
        r = json_add_string(scripts, "install", "node-gyp rebuild");
        if (r < 0)
                return r;
        return json_add_bool(manifest, "gypfile", true);
}

/* Members that begin with "_" are the registry's. */
static void remove_reserved(json_object *manifest) {
        const char *found;

        do {
                found = NULL;
                json_object_object_foreach(manifest, key, value) {
                        (void) value;
                        if (key[0] == '_')
                                found = key;
                }
                if (found)
                        json_object_object_del(manifest, found);
        } while (found);
}

static int make_dist(const Publication *p, json_object **ret) {
        _cleanup_(json_object_putp) json_object *dist = json_object_new_object();
        _cleanup_(freep) char *url = NULL;
        int r;

        if (!dist ||
            strdupf(&url, "%s%s/-/%s-%s.tgz", p->registry, p->name, p->name, p->version) < 0)
                return -ENOMEM;
        r = json_add_string(dist, "integrity", p->integrity);
        if (r < 0)
                return r;
        r = json_add_string(dist, "shasum", p->shasum);
        if (r < 0)
                return r;
        r = json_add_string(dist, "tarball", url);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(dist);
        return 0;
}

static int make_manifest(const Publication *p, json_object **ret) {
        _cleanup_(json_object_putp) json_object *m = json_copy(p->package), *dist = NULL;
        _cleanup_(freep) char *id = NULL;
        int r;

        if (!m || strdupf(&id, "%s@%s", p->name, p->version) < 0)
                return -ENOMEM;
        remove_reserved(m);
        r = publication_normalize(m);
        if (r < 0)
                return r;
        r = make_dist(p, &dist);
        if (r < 0)
                return r;
        r = set_bundled(m);
        if (r < 0)
                return r;
        r = p->gyp ? set_gyp(m) : 0;
        if (r < 0)
                return r;
        json_object_object_del(m, "bin");
        r = p->bin ? json_add(m, "bin", json_object_get(p->bin)) : 0;
        if (r < 0)
                return r;
        const struct {
                const char *key, *value;
        } table[] = {
                { "version", p->version },
                { "_id", id },
                { "readme", p->readme },
                { "readmeFilename", p->readme_file },
                { "_npmVersion", "pm2ctl " VERSION },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                r = json_add_string(m, table[i].key, table[i].value);
                if (r < 0)
                        return r;
        }
        r = json_add(m, "dist", TAKE_PTR(dist));
        if (r < 0)
                return r;
        *ret = TAKE_PTR(m);
        return 0;
}

static int add_attachment(const Publication *p, json_object *root) {
        json_object *attachments = json_object_new_object(), *file = json_object_new_object();
        _cleanup_(freep) char *data = NULL, *name = NULL;
        int r;

        r = json_add(root, "_attachments", attachments);
        if (r < 0) {
                (void) json_object_put(file);
                return r;
        }
        if (strdupf(&name, "%s-%s.tgz", p->name, p->version) < 0)
                return -ENOMEM;
        r = json_add(attachments, name, file);
        if (r < 0)
                return r;
        r = base64_encode(p->tarball, p->size, &data);
        if (r < 0)
                return r;
        r = json_add_string(file, "content_type", "application/octet-stream");
        if (r < 0)
                return r;
        r = json_add_string(file, "data", data);
        if (r < 0)
                return r;
        return json_add_uint(file, "length", p->size);
}

int publication_text(const Publication *p, char **ret) {
        _cleanup_(json_object_putp) json_object *root = json_object_new_object(), *manifest = NULL;
        json_object *tags = json_object_new_object(), *versions = json_object_new_object();
        const char *text;
        int r;

        if (!root)
                return -ENOMEM;
        r = json_add(root, "dist-tags", tags);
        if (r < 0)
                return r;
        r = json_add(root, "versions", versions);
        if (r < 0)
                return r;
        r = make_manifest(p, &manifest);
        if (r < 0)
                return r;
        r = json_add_string(root, "_id", p->name);
        if (r < 0)
                return r;
        r = json_add_string(root, "name", p->name);
        if (r < 0)
                return r;
        r = json_add_string(root, "description", json_get_string(p->package, "description"));
        if (r < 0)
                return r;
        r = json_add_string(root, "readme", p->readme);
        if (r < 0)
                return r;
        r = json_add_string(tags, p->tag, p->version);
        if (r < 0)
                return r;
        r = json_add(versions, p->version, TAKE_PTR(manifest));
        if (r < 0)
                return r;
        r = json_add_string(root, "access", p->access);
        if (r < 0)
                return r;
        r = add_attachment(p, root);
        if (r < 0)
                return r;
        text = json_text(root);
        *ret = text ? strdup(text) : NULL;
        return *ret ? 0 : -ENOMEM;
}

/* -- checks --------------------------------------------------------------------------- */

int publication_check(json_object *package, PublicationNameCheck check_name, bool publish, Error *e,
                      char **ret_version) {
        const char *name = json_get_string(package, "name"),
                   *text = json_get_string(package, "version");
        char buffer[SEMVER_TEXT_MAX];
        json_object *private = json_get(package, "private");
        Semver version;
        int r;

        if (!name || !text)
                return error_set(e, -EINVAL, "package.json: field '%s' must be a string",
                                 name ? "version" : "name");
        r = check_name(name, e);
        if (r < 0)
                return error_prefix(e, r, "package.json: field 'name'");
        if (semver_parse(js_trim(slice(text)), SEMVER_LOOSE, &version) < 0)
                return error_set(e, -EINVAL,
                                 "package.json: field 'version' is not a valid version such as "
                                 "1.0.0: '%.64s'",
                                 text);
        if (publish && private &&
            !(json_object_is_type(private, json_type_boolean) && !json_object_get_boolean(private)))
                return error_set(
                        e, -EPERM,
                        "package.json: field 'private' forbids publishing; remove the field");
        *ret_version = strdup(semver_format(&version, buffer));
        return *ret_version ? 0 : -ENOMEM;
}

int publication_check_tag(const char *tag, Error *e) {
        _cleanup_(range_freep) Range *range = NULL;

        if (tag[0] == 0 || strlen(tag) != strspn(tag, "abcdefghijklmnopqrstuvwxyz"
                                                      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"))
                return error_set(e, -EINVAL,
                                 "'%.64s' is not a valid dist-tag; use letters, digits and - . _ ~",
                                 tag);
        if (range_parse(slice(tag), SEMVER_LOOSE, &range) >= 0)
                return error_set(e, -EINVAL,
                                 "'%s' is not a valid dist-tag, since it is a version range", tag);
        return 0;
}
