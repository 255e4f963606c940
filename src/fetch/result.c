/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/result.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "model/name.h"

#define LOCKFILE_MAX (64U * 1024U * 1024U)

static int read_json(int dir_fd, const char *name, Error *e, json_object **ret) {
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = read_file_at(dir_fd, name, LOCKFILE_MAX, &text, &size);
        if (r < 0)
                return error_set(e, r, "cannot read npm's %s: %s", name, strerror(-r));
        r = json_parse(text, size, e, ret);
        return r < 0 ? error_prefix(e, r, "npm's %s", name) : 0;
}

/* The one dependency npm wrote down: whatever the spec was, so the package is called. */
static const char *only_dependency(json_object *package) {
        json_object *dependencies = json_get(package, "dependencies");

        if (!json_object_is_type(dependencies, json_type_object) ||
            json_object_object_length(dependencies) != 1)
                return NULL;
        json_object_object_foreach(dependencies, name, range) {
                (void) range;
                return name;
        }
        return NULL;
}

static bool any_scripts(json_object *packages) {
        json_object_object_foreach(packages, path, package) {
                (void) path;
                if (json_get_bool(package, "hasInstallScript", false))
                        return true;
        }
        return false;
}

static int compose(const char *name, json_object *lockfile, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        _cleanup_(freep) char *path = path_join("node_modules", name);
        json_object *packages = json_get(lockfile, "packages"), *module;
        int r;

        if (!o || !path)
                return -ENOMEM;
        module = json_object_is_type(packages, json_type_object) ? json_get(packages, path) : NULL;
        if (!module)
                return error_set(e, -EBADMSG, "npm's package-lock.json does not list '%s'", path);

        r = json_add_string(o, "name", name);
        if (r >= 0)
                r = json_add_string(o, "version", json_get_string(module, "version"));
        if (r >= 0)
                r = json_add_string(o, "source", json_get_string(module, "resolved"));
        if (r >= 0)
                r = json_add_string(o, "integrity", json_get_string(module, "integrity"));
        if (r >= 0) /* all but the root, which is ours */
                r = json_add_uint(o, "packages",
                                  (uint64_t) json_object_object_length(packages) - 1);
        if (r >= 0)
                r = json_add_bool(o, "scripts", any_scripts(packages));
        if (r < 0)
                return r;
        *ret = TAKE_PTR(o);
        return 0;
}

int result_read(const char *tree, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *package = NULL, *lockfile = NULL;
        _cleanup_(closep) int fd = open_folder(AT_FDCWD, tree);
        const char *name;
        int r;

        if (fd < 0)
                return error_set(e, fd, "cannot open %s: %s", tree, strerror(-fd));
        r = read_json(fd, "package.json", e, &package);
        if (r >= 0)
                r = read_json(fd, "package-lock.json", e, &lockfile);
        if (r < 0)
                return r;

        name = only_dependency(package);
        if (!name)
                return error_set(e, -EBADMSG, "npm did not note one package as installed");
        r = module_name_check(name, e);
        return r < 0 ? r : compose(name, lockfile, e, ret);
}
