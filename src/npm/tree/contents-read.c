/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/contents-read.h"

#include <dirent.h>

#include "basic/fs.h"
#include "basic/string-util.h"
#include "npm/registry/manifest-parse.h"

static int read_folder(int modules_fd, const char *base, unsigned depth, Contents *c, Error *e);

static int add_bundled(Contents *c, const char *path, Manifest *m) {
        Bundled *more;
        char *copy;

        more = reallocarray(c->bundled, c->n_bundled + 1, sizeof(*more));
        if (!more)
                return -ENOMEM;
        c->bundled = more;
        copy = strdup(path);
        if (!copy)
                return -ENOMEM;
        c->bundled[c->n_bundled++] = (Bundled) { copy, m };
        return 0;
}

/* One package with what is below it. A folder that is no package is passed over, as npm does. */
static int read_package(int dir_fd, const char *name, const char *path, unsigned depth, Contents *c,
                        Error *e) {
        _cleanup_(manifest_freep) Manifest *m = NULL;
        _cleanup_(freep) char *text = NULL;
        _cleanup_(closep) int fd = -EBADF, modules_fd = -EBADF;
        size_t size;
        int r;

        fd = open_folder(dir_fd, name);
        if (fd < 0)
                return fd == -ENOTDIR || fd == -ELOOP ? 0 : fd;
        r = read_file_at(fd, "package.json", MANIFEST_FILE_MAX, &text, &size);
        if (r < 0 || manifest_parse((Slice) { text, size }, path, /* e= */ NULL, &m) < 0)
                return r == -ENOMEM ? r : 0;
        if (c->n_bundled >= BUNDLED_MAX)
                return error_set(e, -EBADMSG, "it bundles more than %d packages", BUNDLED_MAX);

        m->has_shrinkwrap = false;
        r = add_bundled(c, path, m);
        if (r < 0)
                return r;
        m = NULL;

        modules_fd = open_folder(fd, "node_modules");
        return modules_fd < 0 ? 0 : read_folder(modules_fd, path, depth + 1, c, e);
}

/* The packages of a node_modules folder, or of a scope's in it. */
static int read_names(int dir_fd, const char *base, const char *scope, unsigned depth, Contents *c,
                      Error *e) {
        _cleanup_(closedirp) DIR *d = NULL;
        struct dirent *entry;
        int r;

        r = opendir_at(dir_fd, ".", &d);
        if (r < 0)
                return r;
        while ((entry = readdir(d))) {
                _cleanup_(closep) int scope_fd = -EBADF;
                _cleanup_(freep) char *path = NULL;

                if (entry->d_name[0] == '.')
                        continue;
                if (!scope && entry->d_name[0] == '@') {
                        scope_fd = open_folder(dir_fd, entry->d_name);
                        r = scope_fd < 0 ? 0
                                         : read_names(scope_fd, base, entry->d_name, depth, c, e);
                } else {
                        if (strdupf(&path, "%s%snode_modules/%s%s%s", base, base[0] ? "/" : "",
                                    scope ?: "", scope ? "/" : "", entry->d_name) < 0)
                                return -ENOMEM;
                        r = package_path_is_valid(path)
                                    ? read_package(dir_fd, entry->d_name, path, depth, c, e)
                                    : 0;
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_folder(int modules_fd, const char *base, unsigned depth, Contents *c, Error *e) {
        if (depth > BUNDLED_DEPTH_MAX)
                return error_set(e, -EBADMSG, "it bundles packages more than %d levels deep",
                                 BUNDLED_DEPTH_MAX);
        return read_names(modules_fd, base, /* scope= */ NULL, depth, c, e);
}

static int read_shrinkwrap(int dir_fd, Error *e, json_object **ret) {
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = read_file_at(dir_fd, "npm-shrinkwrap.json", SHRINKWRAP_SIZE_MAX, &text, &size);
        if (r < 0)
                return r == -ENOENT ? 0 : r;
        return json_parse(text, size, e, ret);
}

int contents_read(int dir_fd, bool has_shrinkwrap, Error *e, Contents *ret) {
        _cleanup_(contents_done) Contents c = { 0 };
        _cleanup_(closep) int modules_fd = -EBADF;
        int r;

        if (has_shrinkwrap) {
                r = read_shrinkwrap(dir_fd, e, &c.shrinkwrap);
                if (r < 0)
                        return error_prefix(e, r, "its npm-shrinkwrap.json");
        }
        modules_fd = open_folder(dir_fd, "node_modules");
        if (modules_fd >= 0) {
                r = read_folder(modules_fd, "", 1, &c, e);
                if (r < 0)
                        return r;
        } else if (modules_fd != -ENOENT && modules_fd != -ENOTDIR && modules_fd != -ELOOP)
                return modules_fd;

        *ret = c;
        c = (Contents) { 0 };
        return 0;
}
