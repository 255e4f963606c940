/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/inner-links.h"

#include <fcntl.h>
#include <unistd.h>

#include "basic/fs.h"
#include "basic/open-beneath.h"
#include "basic/path.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "fetch/tree-packages.h"
#include "npm/tree/tree.h"

/* In all packages together, each of which is compared with all packages. */
#define INNER_LINKS_MAX 1000

/* Whether a package below `n` gets what it asks for by that name from elsewhere. */
static bool is_in_the_way(const Tree *t, const Node *n, const Name *name) {
        if (tree_child(t, n, name))
                return true;
        for (size_t i = 0; i < t->n_nodes; i++) {
                const Node *below = t->nodes[i];
                const Edge *e = below != n && node_is_descendant(below, n) ? node_edge(below, name)
                                                                           : NULL;

                if (e && e->to && !node_is_descendant(e->to, n))
                        return true;
        }
        return false;
}

/* Makes node_modules/NAME in the package, where that may have brought files of its own to. */
static int make_link(int package_fd, const char *name, const char *path) {
        _cleanup_(freep) char *link = path_join("node_modules", name), *target = NULL;
        int r;

        if (!link || strdupf(&target, "../%s%s", strchr(name, '/') ? "../" : "", path) < 0)
                return -ENOMEM;
        r = mkdir_above_at(package_fd, link);
        if (r < 0)
                return r;
        r = remove_tree_at(package_fd, link);
        if (r < 0)
                return r;
        return symlinkat(target, package_fd, link) < 0 ? -errno : 0;
}

static int link_dependency(Fetch *f, const Tree *t, const Node *n, const Dependency *d,
                           const Name *name, const char *path, Error *e) {
        _cleanup_(closep) int package_fd = -EBADF, fd = -EBADF;
        int r;

        package_fd = open_beneath(f->tree_fd, n->location, O_RDONLY | O_DIRECTORY);
        if (package_fd < 0)
                return package_fd;
        fd = open_beneath(package_fd, path, O_PATH | O_DIRECTORY);
        if (fd < 0) {
                if (!dependency_is_optional(d))
                        fetch_notice(f, "%s@%s depends on '%s', which it does not contain",
                                     n->manifest->name, n->manifest->version, d->spec);
                return 0;
        }
        if (is_in_the_way(t, n, name))
                return error_set(e, -EOPNOTSUPP,
                                 "%s@%s depends on '%s', which is inside it, and packages below it "
                                 "on another '%s'",
                                 n->manifest->name, n->manifest->version, d->spec, d->name);
        r = make_link(package_fd, d->name, path);
        return r < 0 ? error_set(e, r, "cannot link '%s' in %s: %s", d->name, n->location,
                                 strerror(-r))
                     : 0;
}

static int link_dependencies(Fetch *f, const Tree *t, const Node *n, unsigned *n_links, Error *e) {
        for (size_t i = 0; i < n->manifest->n_dependencies; i++) {
                const Dependency *d = n->manifest->dependencies + i;
                _cleanup_(freep) char *path = NULL;
                const Name *name;
                int r;

                r = tree_inner_dependency(t, n, d, &name, &path);
                if (r > 0 && ++*n_links > INNER_LINKS_MAX)
                        return error_set(e, -E2BIG,
                                         "more than %d dependencies are inside the packages that "
                                         "have them",
                                         INNER_LINKS_MAX);
                if (r > 0)
                        r = link_dependency(f, t, n, d, name, path, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

int inner_links_make(Fetch *f, const Tree *t, Error *e) {
        unsigned n_links = 0;

        assert(f);
        assert(t);

        for (size_t i = 0; i < t->n_nodes; i++) {
                const Node *n = t->nodes[i];
                int r = node_is_installed(t, n) ? link_dependencies(f, t, n, &n_links, e) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}
