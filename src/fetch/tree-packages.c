/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/tree-packages.h"

#include "basic/string-util.h"
#include "fetch/node-archive.h"
#include "npm/registry/integrity.h"
#include "npm/tree/ideal-check.h"
#include "npm/tree/resolver.h"

bool node_is_installed(const Tree *t, const Node *n) {
        assert(t);
        assert(n);

        return n->root == t->root && n != t->root && n->manifest && !n->link && !n->inert &&
               !node_is_superfluous(n);
}

/* -- hashes --------------------------------------------------------------------------- */

static int compare_urls(const void *a, const void *b) {
        const Node *x = (*(TreePackage *const *) a)->node, *y = (*(TreePackage *const *) b)->node;
        int r;

        r = strcmp(x->resolved ?: "", y->resolved ?: "");
        if (r != 0)
                return r;
        r = strcmp(x->integrity ?: "", y->integrity ?: "");
        return r != 0 ? r : strcmp(x->location, y->location);
}

static bool nodes_conflict(const Node *a, const Node *b) {
        Integrity x, y;

        return streq_ptr(a->resolved, b->resolved) && a->integrity && b->integrity &&
               integrity_parse(a->integrity, /* e= */ NULL, &x) >= 0 &&
               integrity_parse(b->integrity, /* e= */ NULL, &y) >= 0 && integrity_conflicts(&x, &y);
}

/* An npm-shrinkwrap.json is wrong, or a server lies. */
int tree_packages_check_hashes(const Fetch *f, Error *e) {
        _cleanup_(freep) TreePackage **sorted = NULL;

        assert(f);

        sorted = calloc(f->n_packages + 1, sizeof(TreePackage *));
        if (!sorted)
                return -ENOMEM;
        for (size_t i = 0; i < f->n_packages; i++)
                sorted[i] = f->packages + i;
        qsort(sorted, f->n_packages, sizeof(TreePackage *), compare_urls);
        for (size_t i = 1; i < f->n_packages; i++) {
                const Node *a = sorted[i - 1]->node, *b = sorted[i]->node;

                if (nodes_conflict(a, b))
                        return error_set(e, -EKEYREJECTED,
                                         "%s and %s come from the same URL, %s, with different "
                                         "hashes: one of them is wrong",
                                         a->location, b->location, a->resolved);
        }
        return 0;
}

/* -- fetching ------------------------------------------------------------------------- */

/* A package that its registry does not vouch for ends the fetch, even if it is optional. */
static int leave_out(TreePackage *p, int r, const Error *e) {
        if (r == -ENOKEY || ideal_drop_optional(p->node) < 0)
                return r;
        fetch_notice(p->fetch, "left out, since it is optional: %s", error_text(e, r));
        return 0;
}

static void package_failed(TreePackage *p, int r, const Error *e) {
        p->fetch->n_missing--;
        r = leave_out(p, r, e);
        if (r < 0)
                fetch_fail(p->fetch, r, e);
}

static void take_files(TreePackage *p, Archive *a) {
        p->fetch->n_missing--;
        /* A lock file has only hashes that were compared: not that of an archive that was made here
         * from a commit. */
        if (!a->file)
                p->node->integrity = a->integrity;
        memcpy(p->folder, a->folder, sizeof(p->folder));
        a->folder[0] = 0;
        a->used = true;
}

static void on_archive(void *userdata, Archive *a) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        TreePackage *p = userdata;
        int r;

        if (a->r < 0) {
                package_failed(p, a->r, &a->error);
                return;
        }
        if (a->folder[0]) {
                take_files(p, a);
                return;
        }
        /* Of two places with one package the first gets the files, the other fetches them again,
         * from the cache. */
        r = archive_copy(a, on_archive, p, &e);
        if (r < 0)
                package_failed(p, r, &e);
}

int tree_packages_fetch(Fetch *f, Error *e) {
        Tree *t;
        int r;

        assert(f);

        t = resolver_tree(f->resolver);
        f->packages = calloc(t->n_nodes, sizeof(TreePackage));
        if (!f->packages)
                return -ENOMEM;
        for (size_t i = 0; i < t->n_nodes; i++)
                if (node_is_installed(t, t->nodes[i]) && !t->nodes[i]->in_bundle)
                        f->packages[f->n_packages++] = (TreePackage) { .fetch = f,
                                                                       .node = t->nodes[i] };

        r = tree_packages_check_hashes(f, e);
        if (r < 0)
                return r;

        f->n_missing = (unsigned) f->n_packages;
        for (size_t i = 0; i < f->n_packages; i++) {
                _cleanup_(error_clear) Error failure = ERROR_NULL;
                TreePackage *p = f->packages + i;

                r = node_archive_get(f, p->node, on_archive, p, &failure);
                if (r < 0) {
                        r = leave_out(p, r, &failure);
                        if (r < 0)
                                return error_copy(e, r, &failure);
                        f->n_missing--;
                }
        }
        return 0;
}
