/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/resolver-internal.h"

#include "basic/string-util.h"
#include "npm/tree/ideal.h"

int resolver_add_want(Resolver *r, Want *want) {
        r->n_outstanding++;
        return resolver_queue_add(&r->wants, want);
}

/* The root depends on the module, under the name that is known by now. */
static int set_root(Resolver *r, const char *name) {
        r->root_dependency = (Dependency) { .name = name,
                                            .spec = r->spec->raw,
                                            .type = DEPENDENCY_PROD };
        r->root = (Manifest) {
                .name = (char *) "",
                .version = (char *) "",
                .dependencies = &r->root_dependency,
                .n_dependencies = 1,
        };
        return 0;
}

int resolver_new(const Spec *spec, const Platform *platform, const NpmrcInstall *settings,
                 Resolver **ret) {
        _cleanup_(resolver_freep) Resolver *r = NULL;
        Requirement *q;
        int k;

        r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;
        r->spec = spec;
        r->platform = *platform;
        r->settings = *settings;

        /* without a name of its own it is known by its text until it has come */
        q = names_require(&r->names, spec->name ?: "unnamed", spec->raw);
        if (!q)
                return -ENOMEM;
        k = resolver_require(r, q, /* top= */ true, &r->top);
        if (k < 0)
                return k;
        if (spec->name)
                (void) set_root(r, spec->name);
        *ret = TAKE_PTR(r);
        return 0;
}

Resolver *resolver_free(Resolver *r) {
        if (!r)
                return NULL;
        for (ResolverPackage *p = r->packages; p; p = p->next)
                packument_free(p->packument);
        for (Choice *c = r->choices; c; c = c->next)
                if (c->owned)
                        manifest_free(c->manifest);
        resolver_free_visits(r);
        tree_done(&r->tree);
        names_done(&r->names);
        free(r->wants.items);
        free(r->likely.items);
        free(r->chosen.items);
        free(r);
        return NULL;
}

const Want *resolver_next_want(Resolver *r) {
        return resolver_queue_next(&r->wants);
}

const Manifest *resolver_next_likely(Resolver *r) {
        return resolver_queue_next(&r->likely);
}

Tree *resolver_tree(Resolver *r) {
        return &r->tree;
}

int resolver_feed_package(Resolver *r, const Want *want, Manifest *m, const char *resolved,
                          const char *integrity) {
        Choice *c = want->owner;
        int k;

        assert(want->kind == WANT_PACKAGE && !c->known);
        r->n_outstanding--;
        c->owned = true;
        c->resolved = resolver_copy_text(r, resolved);
        c->integrity = integrity ? resolver_copy_text(r, integrity) : NULL;
        k = resolver_choose(r, c, m);
        if (!c->resolved || (integrity && !c->integrity))
                return -ENOMEM;
        if (k >= 0 && c == r->top && !r->spec->name) {
                Requirement *q = names_require(&r->names, m->name, r->spec->raw);

                if (!q)
                        return -ENOMEM;
                q->choice = c;
                k = set_root(r, m->name);
        }
        return k;
}

int resolver_feed_failure(Resolver *r, const Want *want, int error, const char *problem) {
        if (want->kind == WANT_PACKUMENT) {
                ResolverPackage *p = want->owner;

                p->error = error;
                p->problem = resolver_copy_text(r, problem);
                return p->problem ? resolver_answer_package(r, p) : -ENOMEM;
        }
        r->n_outstanding--;
        if (want->kind == WANT_CONTENTS) {
                ArchiveVisit *v = want->owner;

                v->answered = true;
                v->error = error;
                v->problem = resolver_copy_text(r, problem);
                return v->problem ? 0 : -ENOMEM;
        }
        return resolver_fail_choice(r, want->owner, error, problem);
}

/* For the builder: what it is. If it has to be asked for first, something that cannot be had stands
 * in for it: the attempt is in vain, but what else has to be known shows in the same. */
static int find_manifest(void *userdata, Requirement *q, FoundManifest *ret) {
        Resolver *r = userdata;
        Choice *c;
        int k;

        k = resolver_require(r, q, /* top= */ false, &c);
        if (k < 0)
                return k;
        if (!c->known) {
                r->unknown = c;
                *ret = (FoundManifest) { .problem = "it is not known yet", .error = -EAGAIN };
                return 0;
        }
        *ret = (FoundManifest) {
                .manifest = c->manifest,
                .resolved = c->resolved,
                .integrity = c->integrity,
                .problem = c->problem,
                .error = c->error,
        };
        return 0;
}

/* Another attempt at the whole tree, now that more is known. */
static int build_tree(Resolver *r, Error *e) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        const TreeCost cost = r->tree.cost;
        int k;

        if (r->top->problem)
                return error_set(e, r->top->error, "%s", r->top->problem);
        if (r->n_passes++ >= RESOLVER_PASSES_MAX)
                return error_set(e, -E2BIG,
                                 "%s@%s: optional peer dependencies are chained more than %d times",
                                 r->unknown->requirement->name->text, r->unknown->requirement->text,
                                 RESOLVER_PASSES_MAX);

        tree_done(&r->tree);
        k = tree_init(&r->tree, &r->names);
        if (k < 0)
                return k;
        r->tree.cost = cost; /* of all attempts together */
        r->tree.no_peers = r->settings.legacy_peer_deps;
        r->tree.strict_peers = r->settings.strict_peer_deps;
        r->unknown = NULL;
        k = ideal_build(&r->tree, &r->root, find_manifest, r, &r->platform, &why);
        if (r->unknown && k != -ENOMEM && k != -E2BIG)
                return -EAGAIN;
        return why.message ? error_set(e, k, "%s", why.message) : k;
}

int resolver_run(Resolver *r, Error *e) {
        int k = 1;

        if (r->exhausted)
                return error_set(e, -E2BIG, "%s", r->exhausted);
        if (r->n_outstanding > 0)
                return 0;
        if (r->stage == RESOLVER_PACKUMENTS) {
                k = build_tree(r, e);
                if (k == -EAGAIN && r->n_outstanding > 0)
                        return 0;
                if (k >= 0)
                        r->stage = RESOLVER_ARCHIVES;
        }
        if (k >= 0)
                k = resolver_open_archives(r, e);
        if (k == -E2BIG)
                return error_set(e, k,
                                 "the dependency tree is too large: it has more than %d packages, "
                                 "%d levels, %d placements, %d dependencies or %d placement checks",
                                 RESOLVER_PACKAGES_MAX, TREE_LEVELS_MAX, TREE_NODES_MAX,
                                 TREE_EDGES_MAX, TREE_QUESTIONS_MAX);
        return k;
}
