/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/resolver-internal.h"

#include "basic/string-util.h"
#include "npm/registry/pick.h"

int resolver_queue_add(ResolverQueue *q, const void *item) {
        const void **items;

        if (q->n == 0 || (q->n >= 16 && (q->n & (q->n - 1)) == 0)) {
                items = reallocarray(q->items, MAX2(q->n * 2, 16U), sizeof(*items));
                if (!items)
                        return -ENOMEM;
                q->items = items;
        }
        q->items[q->n++] = item;
        return 0;
}

const void *resolver_queue_next(ResolverQueue *q) {
        return q->done < q->n ? q->items[q->done++] : NULL;
}

const char *resolver_copy_text(Resolver *r, const char *text) {
        return arena_strndup(&r->names.arena, text, strlen(text));
}

int resolver_fail_choice(Resolver *r, Choice *c, int error, const char *problem) {
        c->known = true;
        c->error = error;
        c->problem = resolver_copy_text(r, problem);
        return c->problem ? 0 : -ENOMEM;
}

/* Everything a chosen version depends on is wanted, but what comes inside it and peers that may be
 * missing. */
static int expand_choice(Resolver *r, const Manifest *m) {
        for (size_t i = 0; i < m->n_dependencies; i++) {
                const Dependency *d = m->dependencies + i;
                Requirement *q;
                Choice *c;
                int k;

                if (d->type == DEPENDENCY_PEER_OPTIONAL || manifest_bundles(m, d->name) ||
                    (dependency_is_peer(d) && r->settings.legacy_peer_deps))
                        continue;
                q = names_require(&r->names, d->name, isempty(d->spec) ? "*" : d->spec);
                if (!q)
                        return -ENOMEM;
                k = requirement_inner_path(q, /* ret= */ NULL);
                if (k == 0)
                        k = resolver_require(r, q, /* top= */ false, &c);
                if (k < 0)
                        return k;
        }
        return 0;
}

/* What this chooses in turn is expanded here as well and not below, however long the chain. */
static int expand_chosen(Resolver *r) {
        const Manifest *m;
        int k = 0;

        if (r->expanding)
                return 0;
        r->expanding = true;
        while (k >= 0 && (m = resolver_queue_next(&r->chosen)))
                k = expand_choice(r, m);
        r->expanding = false;
        return k;
}

int resolver_choose(Resolver *r, Choice *c, Manifest *m) {
        int k;

        c->known = true;
        c->manifest = m;
        if (platform_fits(&r->platform, m)) {
                k = resolver_queue_add(&r->likely, m);
                if (k < 0)
                        return k;
        }
        if (m->has_shrinkwrap)
                return 0;
        k = resolver_queue_add(&r->chosen, m);
        return k < 0 ? k : expand_chosen(r);
}

/* What has become of a document that took `before` bytes: whether it is too much. */
static bool count_document(Resolver *r, const Packument *p, size_t before) {
        r->documents_size += packument_size(p) - before;
        return r->documents_size > RESOLVER_DOCUMENTS_MAX;
}

static int refuse_documents(const char *name, Error *e) {
        return error_set(e, -E2BIG,
                         "with %s, the packuments of the packages in this tree take more than %d "
                         "MiB of memory",
                         name, RESOLVER_DOCUMENTS_MIB);
}

/* The package's document has come: pick a version. */
static int choose_version(Resolver *r, Choice *c, ResolverPackage *p) {
        Error e = ERROR_NULL;
        size_t before;
        Manifest *m;
        int k;

        if (!p->packument)
                return resolver_fail_choice(r, c, p->error, p->problem);
        before = packument_size(p->packument);
        k = pick_manifest(p->packument, c->spec, &r->platform,
                          npmrc_install_before(&r->settings, c->spec->name), &r->pick_steps, &e,
                          &m);
        if (count_document(r, p->packument, before))
                k = refuse_documents(p->name->text, &e);
        /* another package's version would bring that package's signatures along */
        if (k >= 0 && !streq(m->name, c->spec->name))
                k = error_set(&e, -EBADMSG,
                              "the packument of %s lists %s@%s, which is another package",
                              c->spec->name, m->name, m->version);
        if (k >= 0)
                k = resolver_choose(r, c, m);
        else if (k != -ENOMEM) {
                const bool exhausted = k == -E2BIG;

                k = resolver_fail_choice(r, c, k, error_text(&e, k));
                if (exhausted)
                        r->exhausted = c->problem;
        }
        error_clear(&e);
        return k;
}

static int require_from_registry(Resolver *r, Choice *c, const char *package) {
        Name *name;
        ResolverPackage *p;

        name = names_get(&r->names, package);
        if (!name)
                return -ENOMEM;
        p = name->package;
        if (!p) {
                if (r->n_packages >= RESOLVER_PACKAGES_MAX)
                        return resolver_fail_choice(
                                r, c, -E2BIG,
                                "the dependency tree is too large, so it is not asked "
                                "for any more");
                p = arena_alloc(&r->names.arena, sizeof(*p));
                if (!p)
                        return -ENOMEM;
                *p = (ResolverPackage) {
                        .name = name,
                        .next = r->packages,
                        .want = { .kind = WANT_PACKUMENT, .name = name->text, .owner = p },
                };
                r->packages = name->package = p;
                r->n_packages++;
                if (resolver_add_want(r, &p->want) < 0)
                        return -ENOMEM;
        }
        if (p->answered)
                return choose_version(r, c, p);
        c->next_waiting = p->waiting;
        p->waiting = c;
        return 0;
}

static int require_from_elsewhere(Resolver *r, Choice *c, bool top) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        int k;

        if (!top && (c->spec->type == SPEC_DIRECTORY || c->spec->type == SPEC_FILE))
                return resolver_fail_choice(r, c, -EOPNOTSUPP,
                                            "it is a local path, valid only where the package "
                                            "was built");
        k = npmrc_install_check(&r->settings, c->spec, top, &e);
        if (k < 0)
                return resolver_fail_choice(r, c, k, error_text(&e, k));
        c->want = (Want) { .kind = WANT_PACKAGE,
                           .name = c->requirement->name->text,
                           .spec = c->spec,
                           .owner = c };
        return resolver_add_want(r, &c->want);
}

int resolver_require(Resolver *r, Requirement *q, bool top, Choice **ret) {
        Choice *c = q->choice;
        int k = 0;

        if (c) {
                *ret = c;
                return 0;
        }
        c = arena_alloc(&r->names.arena, sizeof(*c));
        if (!c)
                return -ENOMEM;
        *c = (Choice) { .requirement = q, .next = r->choices };
        r->choices = q->choice = c;

        if (!q->spec)
                k = resolver_fail_choice(r, c, -EINVAL, q->problem);
        else {
                c->spec = q->spec->type == SPEC_ALIAS ? q->spec->target : q->spec;
                k = spec_is_registry(c->spec) ? require_from_registry(r, c, c->spec->name)
                                              : require_from_elsewhere(r, c, top);
        }
        *ret = c;
        return k;
}

/* Each want that waited for the package gets its answer. */
int resolver_answer_package(Resolver *r, ResolverPackage *p) {
        p->answered = true;
        r->n_outstanding--;
        for (Choice *c = p->waiting, *next; c; c = next) {
                int k;

                next = c->next_waiting;
                k = choose_version(r, c, p);
                if (k < 0)
                        return k;
        }
        p->waiting = NULL;
        return 0;
}

int resolver_feed_packument(Resolver *r, const Want *want, Packument *packument) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        ResolverPackage *p = want->owner;

        assert(want->kind == WANT_PACKUMENT && !p->answered);
        if (count_document(r, packument, 0)) {
                (void) refuse_documents(p->name->text, &e);
                (void) packument_free(packument);
                r->exhausted = resolver_copy_text(r, error_text(&e, -E2BIG));
                return resolver_feed_failure(r, want, -E2BIG, error_text(&e, -E2BIG));
        }
        p->packument = packument;
        return resolver_answer_package(r, p);
}
