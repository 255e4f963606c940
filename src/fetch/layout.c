/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/layout.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/remove-tree.h"
#include "fetch/bin-links.h"
#include "fetch/inner-links.h"
#include "fetch/tree-packages.h"
#include "npm/tree/lockfile.h"
#include "npm/tree/resolver.h"

/* Folders above come before what is in them. */
static int compare_locations(const void *a, const void *b) {
        const TreePackage *x = a, *y = b;

        return strcmp(x->node->location, y->node->location);
}

/* Makes room for a package or a link: a package above may have brought files of its own there. */
static int make_room(const Fetch *f, const char *location) {
        int r;

        r = mkdir_above_at(f->tree_fd, location);
        return r < 0 ? r : remove_tree_at(f->tree_fd, location);
}

static int move_package(const Fetch *f, const TreePackage *p) {
        int r;

        r = make_room(f, p->node->location);
        if (r < 0)
                return r;
        return renameat(f->unpacked_fd, p->folder, f->tree_fd, p->node->location) < 0 ? -errno : 0;
}

static int move_packages(Fetch *f, Error *e) {
        qsort(f->packages, f->n_packages, sizeof(TreePackage), compare_locations);
        for (size_t i = 0; i < f->n_packages; i++) {
                const TreePackage *p = f->packages + i;
                int r = p->node->inert ? 0 : move_package(f, p);

                if (r < 0)
                        return error_set(e, r, "cannot move %s into place: %s", p->node->location,
                                         strerror(-r));
        }
        return 0;
}

/* From the folder that the link is in to `target`, which is above it. NULL if out of memory. */
static char *link_text(const char *location, const char *target) {
        const char *below = location + strlen(target) + 1;
        char *text, *end;

        text = malloc(strlen("../") * strlen(below) + 1);
        if (!text)
                return NULL;
        end = text;
        while ((below = strchr(below, '/'))) {
                below++;
                end = stpcpy(end, end > text ? "/.." : "..");
        }
        *end = 0;
        return text;
}

static bool is_laid_link(const Tree *t, const Node *n) {
        return n->root == t->root && n->link && node_is_installed(t, n->link) &&
               node_is_installed(t, n->parent) && node_is_descendant(n, n->link);
}

static int make_link(const Fetch *f, const Node *n) {
        _cleanup_(freep) char *target = link_text(n->location, n->link->location);
        int r;

        if (!target)
                return -ENOMEM;
        r = make_room(f, n->location);
        if (r < 0)
                return r;
        return symlinkat(target, f->tree_fd, n->location) < 0 ? -errno : 0;
}

/* Of packages that would stand inside themselves, after all packages have their places. */
static int make_links(const Fetch *f, const Tree *t, Error *e) {
        for (size_t i = 0; i < t->n_nodes; i++) {
                const Node *n = t->nodes[i];
                int r = is_laid_link(t, n) ? make_link(f, n) : 0;

                if (r < 0)
                        return error_set(e, r, "cannot link %s: %s", n->location, strerror(-r));
        }
        return 0;
}

/* Frees the text. */
static int write_text(const Fetch *f, const char *name, char *given, Error *e) {
        _cleanup_(closep) int fd = -EBADF;
        _cleanup_(freep) char *text = given;
        int r;

        if (!text)
                return -ENOMEM;
        fd = openat(f->tree_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        r = fd < 0 ? -errno : write_all(fd, text, strlen(text));
        return r < 0 ? error_set(e, r, "cannot write %s: %s", name, strerror(-r)) : 0;
}

static int write_lockfiles(const Fetch *f, Tree *t, Error *e) {
        const char *name = path_basename(f->request->tree);
        int r;

        r = write_text(f, "package.json", lockfile_write_root(t, name), e);
        if (r < 0)
                return r;
        r = write_text(f, "package-lock.json", lockfile_write(t, LOCKFILE_PROJECT, name), e);
        if (r < 0)
                return r;
        return write_text(f, "node_modules/.package-lock.json",
                          lockfile_write(t, LOCKFILE_HIDDEN, name), e);
}

int layout_make(Fetch *f, Error *e) {
        Tree *t;
        int r;

        assert(f);
        assert(f->n_missing == 0);

        t = resolver_tree(f->resolver);
        /* again, with those of archives that nothing was known of before they came */
        r = tree_packages_check_hashes(f, e);
        if (r < 0)
                return r;
        r = move_packages(f, e);
        if (r < 0)
                return r;
        r = remove_tree_at(f->tree_fd, UNPACKED_FOLDER);
        if (r < 0)
                return error_set(e, r, "cannot remove %s: %s", UNPACKED_FOLDER, strerror(-r));
        r = inner_links_make(f, t, e);
        if (r < 0)
                return r;
        r = make_links(f, t, e);
        if (r < 0)
                return r;
        r = bin_links_make(f->tree_fd, t, e);
        if (r < 0)
                return r;
        return write_lockfiles(f, t, e);
}

int layout_clear(const char *tree, Error *e) {
        static const char *const names[] = { "node_modules", UNPACKED_FOLDER };
        _cleanup_(closep) int fd = -EBADF;

        assert(tree);

        fd = open_folder(AT_FDCWD, tree);
        if (fd < 0)
                return error_set(e, fd, "cannot open %s: %s", tree, strerror(-fd));
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                int r = remove_tree_at(fd, names[i]);

                if (r < 0)
                        return error_set(e, r, "cannot clear %s: %s", tree, strerror(-r));
        }
        return 0;
}
