/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "npm/pack/packlist-internal.h"
#include "npm/registry/manifest.h"

static int bundle_dependency(Packing *p, const char *path, const char *name, unsigned depth);

static int add_keys(char ***names, json_object *o) {
        int r;

        if (!json_object_is_type(o, json_type_object))
                return 0;
        json_object_object_foreach(o, name, value) {
                (void) value;
                r = strv_extend(names, name);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* What the package itself wants to bring along: a list, an object's names, or all it needs. */
static int bundled_names(json_object *package, char ***ret) {
        json_object *bundled = json_get(package, "bundleDependencies")
                                       ?: json_get(package, "bundledDependencies");
        int r;

        if (json_object_is_type(bundled, json_type_boolean))
                return json_object_get_boolean(bundled)
                               ? add_keys(ret, json_get(package, "dependencies"))
                               : 0;
        if (!json_object_is_type(bundled, json_type_array))
                return add_keys(ret, bundled);
        for (size_t i = 0; i < json_object_array_length(bundled); i++) {
                const char *name = json_string(json_object_array_get_idx(bundled, i));

                r = name ? strv_extend(ret, name) : 0;
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Only what is needed to run: what is a peer or for development as well is not bundled. */
static bool is_needed(json_object *package, const char *name) {
        return (json_has(json_get(package, "dependencies"), name) ||
                json_has(json_get(package, "optionalDependencies"), name)) &&
               !json_has(json_get(package, "devDependencies"), name);
}

/* A package's name leads nowhere else than into node_modules. */
static bool is_name(const char *name) {
        const char *slash = name[0] == '@' ? strchr(name, '/') : NULL;
        _cleanup_(freep) char *scope = slash ? strndup(name, (size_t) (slash - name)) : NULL;

        if (slash && (!scope || !filename_is_valid(scope)))
                return false;
        return filename_is_valid(slash ? slash + 1 : name);
}

/* The nearest node_modules that has it, from the folder `path` upwards: 1 and its path, 0. */
static int find_package(Packing *p, const char *path, const char *name, char **ret) {
        _cleanup_(freep) char *base = strdup(path);

        if (!base)
                return -ENOMEM;
        for (;;) {
                _cleanup_(freep) char *candidate = NULL;
                char *slash = strrchr(base, '/');
                struct stat st;

                if (strdupf(&candidate, "%s%snode_modules/%s", base, base[0] ? "/" : "", name) < 0)
                        return -ENOMEM;
                if (!streq(path_basename(base), "node_modules") &&
                    fstatat(p->fd, candidate, &st, 0) >= 0 && S_ISDIR(st.st_mode)) {
                        *ret = TAKE_PTR(candidate);
                        return 1;
                }
                if (!base[0])
                        return 0;
                *(slash ?: base) = 0;
        }
}

static int read_package(int fd, const char *path, Error *e, json_object **ret) {
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = read_file_at(fd, "package.json", MANIFEST_FILE_MAX, &text, &size);
        if (r == -ENOENT) { /* then it has no rules and needs nothing */
                *ret = json_object_new_object();
                return *ret ? 0 : -ENOMEM;
        }
        if (r < 0)
                return error_set(e, r, "cannot read %s/package.json: %s", path, strerror(-r));
        r = json_parse(text, size, e, ret);
        return r < 0 ? error_prefix(e, r, "%s/package.json", path) : 0;
}

/* 1 if it has been here before. */
static int mark_seen(Packing *p, int fd) {
        char id[64];
        struct stat st;

        if (fstat(fd, &st) < 0)
                return -errno;
        (void) snprintf(id, sizeof(id), "%llu:%llu", (unsigned long long) st.st_dev,
                        (unsigned long long) st.st_ino);
        if (strv_contains(p->seen, id))
                return 1;
        return strv_extend(&p->seen, id);
}

/* The files of the package at `path`, then those of all it needs to run. */
static int add_with_dependencies(Packing *p, int fd, const char *path, bool linked,
                                 unsigned depth) {
        _cleanup_(json_object_putp) json_object *package = NULL;
        _cleanup_(strv_freep) char **names = NULL;
        int r, own;

        r = read_package(fd, path, p->e, &package);
        if (r < 0)
                return r;
        own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (own < 0)
                return -errno;
        r = pack_package(p, own, path, package, /* bundled= */ !linked);
        if (r < 0)
                return r;
        r = add_keys(&names, json_get(package, "dependencies"));
        if (r < 0)
                return r;
        r = add_keys(&names, json_get(package, "optionalDependencies"));
        if (r < 0)
                return r;
        STRV_FOREACH(name, names) {
                r = bundle_dependency(p, path, *name, depth + 1);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_package(Packing *p, const char *path, unsigned depth) {
        _cleanup_(closep) int fd = -EBADF;
        const bool outer = p->linked;
        struct stat st;
        int r;

        if (fstatat(p->fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return -errno;
        fd = openat(p->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return error_set(p->e, -errno, "cannot read the directory %s: %s", path,
                                 strerror(errno));
        r = mark_seen(p, fd);
        if (r != 0)
                return MIN2(r, 0);

        p->linked = outer || S_ISLNK(st.st_mode);
        r = add_with_dependencies(p, fd, path, S_ISLNK(st.st_mode), depth);
        p->linked = outer;
        return r;
}

static int bundle_dependency(Packing *p, const char *path, const char *name, unsigned depth) {
        _cleanup_(freep) char *found = NULL;
        int r;

        if (depth > PACKLIST_DEPTH_MAX)
                return error_set(p->e, -E2BIG,
                                 "bundled dependencies are nested more than %d levels deep",
                                 PACKLIST_DEPTH_MAX);
        if (!is_name(name))
                return 0;
        r = find_package(p, path, name, &found);
        return r <= 0 ? r : add_package(p, found, depth);
}

int pack_bundled(Packing *p) {
        _cleanup_(strv_freep) char **names = NULL;
        int r;

        r = bundled_names(p->package, &names);
        if (r < 0)
                return r;
        STRV_FOREACH(name, names) {
                r = is_needed(p->package, *name) ? bundle_dependency(p, "", *name, 0) : 0;
                if (r < 0)
                        return r;
        }
        return 0;
}
