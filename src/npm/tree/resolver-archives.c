/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/resolver-internal.h"

#include "basic/string-util.h"
#include "npm/tree/contents-shrinkwrap.h"
#include "npm/tree/ideal-check.h"

void resolver_free_visits(Resolver *r) {
        for (ArchiveVisit *v = r->visits; v; v = v->next)
                contents_done(&v->contents);
        for (size_t i = 0; i < r->n_manifests; i++)
                manifest_free(r->manifests[i]);
        free(r->manifests);
}

int resolver_feed_contents(Resolver *r, const Want *want, Contents *contents) {
        ArchiveVisit *v = want->owner;

        assert(want->kind == WANT_CONTENTS && !v->answered);
        r->n_outstanding--;
        v->answered = true;
        v->contents = *contents;
        *contents = (Contents) { 0 };
        return 0;
}

static bool is_to_be_opened(const Node *n) {
        return n->manifest && !n->link && !n->inert && !n->in_bundle &&
               (n->manifest->has_shrinkwrap || (n->manifest->bundled && n->manifest->bundled[0]));
}

/* ".../NAME/-/FILE-VERSION.tgz": an address every registry has. The one the person uses is asked,
 * whichever it was that wrote the shrinkwrap. */
static bool is_registry_address(const Node *n) {
        const char *file = strrchr(n->name->text, '/');
        _cleanup_(freep) char *tail = NULL;

        if (!n->resolved)
                return true;
        if (strdupf(&tail, "/-/%s-%s.tgz", file ? file + 1 : node_package_name(n),
                    n->manifest->version) < 0)
                return false;
        return endswith(n->resolved, tail);
}

static bool needs_address(const Node *n) {
        return n->in_shrinkwrap && !n->in_bundle && is_registry_address(n);
}

/* Asks what the registry says of a package of a shrinkwrap: 1 once that is known, and takes over
 * where it is fetched from, else 0. */
static int find_address(Resolver *r, Node *n, Choice **ret) {
        Requirement *q;
        Choice *c;
        int k;

        q = names_require(&r->names, n->manifest->name, n->manifest->version);
        if (!q)
                return -ENOMEM;
        k = resolver_require(r, q, /* top= */ false, &c);
        if (k < 0)
                return k;
        *ret = c;
        if (!c->known)
                return 0;
        n->published = c->manifest;
        if (c->manifest && c->manifest->tarball) {
                n->resolved = c->manifest->tarball;
                n->integrity = n->integrity ?: c->manifest->integrity;
        }
        return 1;
}

/* Wants a look into every archive that brings more than its own package: how many it was, those
 * that have to be asked about first included. */
static int visit_archive(Resolver *r) {
        Tree *t = &r->tree;
        int n_new = 0;

        for (size_t i = 0; i < t->n_nodes; i++) {
                Node *n = t->nodes[i];
                Choice *c;
                ArchiveVisit *v;
                int k;

                if (n->root != t->root || n == t->root || !is_to_be_opened(n) || n->visited)
                        continue;
                k = needs_address(n) ? find_address(r, n, &c) : 1;
                if (k < 0)
                        return k;
                n_new++;
                if (k == 0)
                        continue;
                v = arena_alloc(&r->names.arena, sizeof(*v));
                if (!v)
                        return -ENOMEM;
                *v = (ArchiveVisit) {
                        .node = n,
                        .next = r->visits,
                        .want = { .kind = WANT_CONTENTS,
                                  .name = n->name->text,
                                  .node = n,
                                  .owner = v },
                };
                r->visits = v;
                n->visited = true;
                if (resolver_add_want(r, &v->want) < 0)
                        return -ENOMEM;
        }
        return n_new;
}

/* An archive that could not be had. */
static int archive_failed(ArchiveVisit *v, Error *e) {
        int r = ideal_drop_optional(v->node);

        if (r == -ENOTRECOVERABLE)
                return error_set(e, v->error, "%s@%s: %s", v->node->name->text,
                                 v->node->manifest->version, v->problem);
        return r;
}

static int apply_shrinkwraps(Resolver *r, Error *e) {
        for (ArchiveVisit *v = r->visits; v; v = v->next) {
                int k = 0;

                if (v->wrapped || v->node->root != r->tree.root ||
                    !v->node->manifest->has_shrinkwrap)
                        continue;
                v->wrapped = true;
                if (v->problem)
                        k = archive_failed(v, e);
                else if (v->contents.shrinkwrap)
                        k = contents_add_shrinkwrap(&r->tree, v->node, v->contents.shrinkwrap,
                                                    &r->manifests, &r->n_manifests, e);
                if (k < 0)
                        return k;
        }
        return 0;
}

/* The shallow ones first: they may hide the deeper ones. */
static ArchiveVisit *next_bundle(Resolver *r) {
        ArchiveVisit *next = NULL;

        for (ArchiveVisit *v = r->visits; v; v = v->next)
                if (!v->used && v->node->root == r->tree.root &&
                    (!next || node_depth(v->node) < node_depth(next->node)))
                        next = v;
        return next;
}

static int apply_bundles(Resolver *r, Error *e) {
        bool any = false;
        ArchiveVisit *v;

        while ((v = next_bundle(r))) {
                int k;

                v->used = true;
                k = v->problem ? archive_failed(v, e)
                               : contents_add_bundled(&r->tree, v->node, v->contents.bundled,
                                                      v->contents.n_bundled, e);
                if (k < 0)
                        return k;
                any = true;
        }
        return any ? contents_prune_shadowed(&r->tree) : 0;
}

static int find_addresses(Resolver *r, Error *e) {
        Tree *t = &r->tree;

        for (size_t i = 0; i < t->n_nodes; i++) {
                Node *n = t->nodes[i];
                Choice *c;
                int k;

                if (n->root != t->root || !needs_address(n))
                        continue;
                k = find_address(r, n, &c);
                if (k < 0)
                        return k;
                if (k > 0 && !n->resolved && !n->optional)
                        return error_set(
                                e, c->error,
                                "%s@%s, listed in an npm-shrinkwrap.json, is not available: %s",
                                n->name->text, n->manifest->version, c->problem ?: "it has no URL");
        }
        return 0;
}

int resolver_open_archives(Resolver *r, Error *e) {
        int k;

        if (r->stage == RESOLVER_ARCHIVES) {
                k = apply_shrinkwraps(r, e);
                if (k >= 0)
                        k = visit_archive(r);
                if (k != 0)
                        return k < 0 ? k : 0;
                k = apply_bundles(r, e);
                if (k < 0)
                        return k;
                ideal_set_flags(&r->tree);
                k = ideal_check(&r->tree, &r->platform, e);
                if (k >= 0)
                        k = find_addresses(r, e);
                if (k < 0)
                        return k;
                r->stage = RESOLVER_ADDRESSES;
        }
        if (r->stage == RESOLVER_ADDRESSES) {
                if (r->n_outstanding > 0)
                        return 0;
                k = find_addresses(r, e);
                if (k < 0)
                        return k;
                r->stage = RESOLVER_DONE;
        }
        return 1;
}
