/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/locked-tree.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "npm/spec/collate.h"
#include "npm/tree/contents.h"

#define LOCKFILE_MAX    (64U * 1024U * 1024U)
#define HIDDEN_LOCKFILE "node_modules/.package-lock.json"
#define LOCKFILE        "package-lock.json"

static unsigned location_depth(const char *location) {
        unsigned n = 0;

        for (const char *p = location; (p = strstr(p, "node_modules/")); p++)
                n++;
        return n;
}

static int compare_packages(const void *a, const void *b) {
        const LockedPackage *x = a, *y = b;
        unsigned m = location_depth(x->location), n = location_depth(y->location);

        return m != n ? (m < n ? -1 : 1) : collate(x->location, y->location);
}

static int read_lockfile(int dir_fd, const char *name, Error *e, json_object **ret) {
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = read_file_at(dir_fd, name, LOCKFILE_MAX, &text, &size);
        if (r < 0)
                return error_set(e, r, "cannot read %s: %s", name, strerror(-r));
        r = json_parse(text, size, e, ret);
        if (r < 0)
                return error_prefix(e, r, "%s", name);
        if (!json_object_is_type(json_get(*ret, "packages"), json_type_object))
                return error_set(e, -EBADMSG, "%s lists no packages", name);
        return 0;
}

static bool has_gyp(int dir_fd, const char *location) {
        _cleanup_(freep) char *path = path_join(location, "binding.gyp");

        return path && faccessat(dir_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
}

/* Scripts run where the package is, not once more by way of a symlink to it. */
static LockedPackage read_entry(const LockedTree *t, const char *location, json_object *entry) {
        const bool link = json_get_bool(entry, "link", false);

        return (LockedPackage) {
                .location = location,
                .entry = entry,
                .target = link ? json_get_string(entry, "resolved") : NULL,
                .scripts = !link && json_get_bool(entry, "hasInstallScript", false),
                .gyp = !link && has_gyp(t->fd, location),
                .optional = json_get_bool(entry, "optional", false),
        };
}

static int list_packages(LockedTree *t, Error *e) {
        json_object *packages = json_get(t->hidden, "packages");

        t->packages = calloc((size_t) json_object_object_length(packages) + 1,
                             sizeof(LockedPackage));
        if (!t->packages)
                return -ENOMEM;
        json_object_object_foreach(packages, location, entry) {
                if (!package_path_is_valid(location))
                        return error_set(
                                e, -EBADMSG,
                                "%s lists '%s', which is not a valid location of a package",
                                HIDDEN_LOCKFILE, location);
                t->packages[t->n_packages++] = read_entry(t, location, entry);
        }
        qsort(t->packages, t->n_packages, sizeof(LockedPackage), compare_packages);
        return 0;
}

int locked_tree_read(const char *path, Error *e, LockedTree *ret) {
        _cleanup_(locked_tree_done) LockedTree t = { .fd = -EBADF };
        int r;

        assert(path);
        assert(ret);

        t.fd = open_folder(AT_FDCWD, path);
        if (t.fd < 0)
                return error_set(e, t.fd, "cannot open %s: %s", path, strerror(-t.fd));
        t.path = strdup(path);
        if (!t.path)
                return -ENOMEM;
        r = read_lockfile(t.fd, HIDDEN_LOCKFILE, e, &t.hidden);
        if (r < 0)
                return r;
        r = read_lockfile(t.fd, LOCKFILE, e, &t.project);
        if (r < 0)
                return r;
        r = list_packages(&t, e);
        if (r < 0)
                return r;
        *ret = t;
        t = (LockedTree) { .fd = -EBADF };
        return 0;
}

void locked_tree_done(LockedTree *t) {
        assert(t);

        free(t->packages);
        json_object_putp(&t->hidden);
        json_object_putp(&t->project);
        free(t->path);
        (void) safe_close(t->fd);
        *t = (LockedTree) { .fd = -EBADF };
}

/* -- what is still asked for ---------------------------------------------------------- */

static LockedPackage *find_package(LockedTree *t, const char *location) {
        for (size_t i = 0; i < t->n_packages; i++)
                if (!t->packages[i].removed && streq(t->packages[i].location, location))
                        return t->packages + i;
        return NULL;
}

/* Node looks for a name beside the location, then further up. */
static LockedPackage *resolve_name(LockedTree *t, const char *from, const char *name) {
        _cleanup_(freep) char *base = strdup(from);

        while (base) {
                _cleanup_(freep) char *path = NULL;
                LockedPackage *p;
                char *end;

                if (strdupf(&path, "%s%snode_modules/%s", base, base[0] ? "/" : "", name) < 0)
                        return NULL;
                p = find_package(t, path);
                if (p || !base[0])
                        return p;

                /* "a/node_modules/b" → "a"; "node_modules/b" → "" */
                end = NULL;
                for (char *q = base; (q = strstr(q, "node_modules/")); q++)
                        end = q;
                if (!end)
                        return NULL;
                end[end > base ? -1 : 0] = 0;
        }
        return NULL;
}

static void mark_reached(LockedTree *t, const char *location, json_object *entry);

static void mark_package(LockedTree *t, LockedPackage *p) {
        LockedPackage *target;

        if (!p || p->reached)
                return;
        p->reached = true;
        target = p->target ? find_package(t, p->target) : NULL;
        if (target)
                mark_package(t, target);
        else
                mark_reached(t, p->location, p->entry);
}

static void mark_reached(LockedTree *t, const char *location, json_object *entry) {
        static const char *const kinds[] = { "dependencies", "optionalDependencies",
                                             "peerDependencies" };

        for (size_t i = 0; i < ELEMENTSOF(kinds); i++) {
                json_object *names = json_get(entry, kinds[i]);

                if (!json_object_is_type(names, json_type_object))
                        continue;
                json_object_object_foreach(names, name, range) {
                        (void) range;
                        mark_package(t, resolve_name(t, location, name));
                }
        }
}

static int remove_one(LockedTree *t, LockedPackage *p, Error *e) {
        int r;

        r = remove_tree_at(t->fd, p->location);
        if (r < 0)
                return error_set(e, r, "cannot remove %s: %s", p->location, strerror(-r));
        p->removed = true;
        t->changed = true;
        return 0;
}

int locked_tree_remove(LockedTree *t, LockedPackage *p, Error *e) {
        int r;

        assert(t);
        assert(p && !p->removed);

        r = remove_one(t, p, e);
        if (r < 0)
                return r;
        for (size_t i = 0; i < t->n_packages; i++)
                t->packages[i].reached = false;
        /* the root, whose key is empty */
        mark_reached(t, "", json_get(json_get(t->project, "packages"), ""));
        for (size_t i = 0; i < t->n_packages; i++)
                if (!t->packages[i].reached && !t->packages[i].removed) {
                        r = remove_one(t, t->packages + i, e);
                        if (r < 0)
                                return r;
                }
        return 0;
}

static int write_lockfile(LockedTree *t, int dir_fd, const char *name, json_object *o, Error *e) {
        _cleanup_(freep) char *line = NULL;
        const char *text;
        int r;

        for (size_t i = 0; i < t->n_packages; i++)
                if (t->packages[i].removed)
                        json_object_object_del(json_get(o, "packages"), t->packages[i].location);
        text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                                                         JSON_C_TO_STRING_NOSLASHESCAPE);
        if (!text || strdupf(&line, "%s\n", text) < 0)
                return -ENOMEM;
        r = write_file_atomic_at(dir_fd, name, line, strlen(line), 0644);
        return r < 0 ? error_set(e, r, "cannot write %s: %s", name, strerror(-r)) : 0;
}

int locked_tree_write(LockedTree *t, Error *e) {
        _cleanup_(closep) int modules_fd = -EBADF;
        int r;

        assert(t);

        if (!t->changed)
                return 0;
        modules_fd = open_folder(t->fd, "node_modules");
        if (modules_fd < 0)
                return modules_fd;
        /* the hidden one last: it owns the strings of the locations */
        r = write_lockfile(t, t->fd, LOCKFILE, t->project, e);
        return r < 0 ? r : write_lockfile(t, modules_fd, ".package-lock.json", t->hidden, e);
}
