/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/resolver-internal.h"

#include "basic/string-util.h"
#include "npm/ideal.h"
#include "npm/pick.h"

static int queue_add(Queue *q, const void *item) {
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

static const void *queue_next(Queue *q) {
        return q->done < q->n ? q->items[q->done++] : NULL;
}

int resolver_add_want(Resolver *r, Want *want) {
        r->n_outstanding++;
        return queue_add(&r->wants, want);
}

static const char *copy_text(Resolver *r, const char *text) {
        return arena_strndup(&r->names.arena, text, strlen(text));
}

static int fail_choice(Resolver *r, Choice *c, int error, const char *problem) {
        c->known = true;
        c->error = error;
        c->problem = copy_text(r, problem);
        return c->problem ? 0 : -ENOMEM;
}

/* Everything a chosen version depends on is wanted, but what comes inside it and peers that may be
 * missing. */
static int expand(Resolver *r, const Manifest *m) {
        for (size_t i = 0; i < m->n_dependencies; i++) {
                const Dependency *d = m->dependencies + i;
                Requirement *q;
                Choice *c;
                int k;

                if (d->type == DEPENDENCY_PEER_OPTIONAL || manifest_bundles(m, d->name))
                        continue;
                q = names_require(&r->names, d->name, isempty(d->spec) ? "*" : d->spec);
                if (!q)
                        return -ENOMEM;
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
        while (k >= 0 && (m = queue_next(&r->chosen)))
                k = expand(r, m);
        r->expanding = false;
        return k;
}

static int choose(Resolver *r, Choice *c, Manifest *m) {
        int k;

        c->known = true;
        c->manifest = m;
        if (platform_fits(&r->platform, m)) {
                k = queue_add(&r->likely, m);
                if (k < 0)
                        return k;
        }
        if (m->has_shrinkwrap)
                return 0;
        k = queue_add(&r->chosen, m);
        return k < 0 ? k : expand_chosen(r);
}

/* What has become of a document that took `before` bytes: whether it is too much. */
static bool count_document(Resolver *r, const Packument *p, size_t before) {
        r->documents_size += packument_size(p) - before;
        return r->documents_size > RESOLVER_DOCUMENTS_MAX;
}

static int refuse_documents(const char *name, Error *e) {
        return error_set(e, -E2BIG,
                         "with %s the registry's documents of the packages in this tree take more "
                         "than %d MiB of memory",
                         name, RESOLVER_DOCUMENTS_MIB);
}

/* The package's document has come: pick a version. */
static int pick(Resolver *r, Choice *c, Package *p) {
        Error e = ERROR_NULL;
        size_t before;
        Manifest *m;
        int k;

        if (!p->packument)
                return fail_choice(r, c, p->error, p->problem);
        before = packument_size(p->packument);
        k = pick_manifest(p->packument, c->spec, &r->platform, &r->pick_steps, &e, &m);
        if (count_document(r, p->packument, before))
                k = refuse_documents(p->name->text, &e);
        /* another package's version would bring that one's signatures along */
        if (k >= 0 && !streq(m->name, c->spec->name))
                k = error_set(&e, -EBADMSG, "the registry's document of %s lists %s@%s as its own",
                              c->spec->name, m->name, m->version);
        if (k >= 0)
                k = choose(r, c, m);
        else if (k != -ENOMEM) {
                const bool exhausted = k == -E2BIG;

                k = fail_choice(r, c, k, error_text(&e, k));
                if (exhausted)
                        r->exhausted = c->problem;
        }
        error_clear(&e);
        return k;
}

static int require_from_registry(Resolver *r, Choice *c, const char *package) {
        Name *name;
        Package *p;

        name = names_get(&r->names, package);
        if (!name)
                return -ENOMEM;
        p = name->package;
        if (!p) {
                if (r->n_packages >= RESOLVER_PACKAGES_MAX)
                        return fail_choice(r, c, -E2BIG,
                                           "the dependency tree is too large, so it is not asked "
                                           "for any more");
                p = arena_alloc(&r->names.arena, sizeof(*p));
                if (!p)
                        return -ENOMEM;
                *p = (Package){
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
                return pick(r, c, p);
        c->next_waiting = p->waiting;
        p->waiting = c;
        return 0;
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
        *c = (Choice){ .requirement = q, .next = r->choices };
        r->choices = q->choice = c;

        if (!q->spec)
                k = fail_choice(r, c, -EINVAL, q->problem);
        else {
                c->spec = q->spec->type == SPEC_ALIAS ? q->spec->target : q->spec;
                if (spec_is_registry(c->spec))
                        k = require_from_registry(r, c, c->spec->name);
                else if (!top && (c->spec->type == SPEC_DIRECTORY || c->spec->type == SPEC_FILE))
                        k = fail_choice(r, c, -EOPNOTSUPP,
                                        "it is a path, which means something only where the "
                                        "package was made");
                else {
                        c->want = (Want){ .kind = WANT_PACKAGE,
                                          .name = q->name->text,
                                          .spec = c->spec,
                                          .owner = c };
                        k = resolver_add_want(r, &c->want);
                }
        }
        *ret = c;
        return k;
}

/* The root depends on the module, under the name that is known by now. */
static int set_root(Resolver *r, const char *name) {
        r->root_dependency = (Dependency){ .name = name,
                                           .spec = r->spec->raw,
                                           .type = DEPENDENCY_PROD };
        r->root = (Manifest){
                .name = (char *) "",
                .version = (char *) "",
                .dependencies = &r->root_dependency,
                .n_dependencies = 1,
        };
        return 0;
}

int resolver_new(const Spec *spec, const Platform *platform, Resolver **ret) {
        _cleanup_(resolver_freep) Resolver *r = NULL;
        Requirement *q;
        int k;

        r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;
        r->spec = spec;
        r->platform = *platform;

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
        for (Package *p = r->packages; p; p = p->next)
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
        return queue_next(&r->wants);
}

const Manifest *resolver_next_likely(Resolver *r) {
        return queue_next(&r->likely);
}

Tree *resolver_tree(Resolver *r) {
        return &r->tree;
}

/* Whoever waited for the package gets its answer. */
static int answer_package(Resolver *r, Package *p) {
        p->answered = true;
        r->n_outstanding--;
        for (Choice *c = p->waiting, *next; c; c = next) {
                int k;

                next = c->next_waiting;
                k = pick(r, c, p);
                if (k < 0)
                        return k;
        }
        p->waiting = NULL;
        return 0;
}

int resolver_feed_packument(Resolver *r, const Want *want, Packument *packument) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        Package *p = want->owner;

        assert(want->kind == WANT_PACKUMENT && !p->answered);
        if (count_document(r, packument, 0)) {
                (void) refuse_documents(p->name->text, &e);
                (void) packument_free(packument);
                r->exhausted = copy_text(r, error_text(&e, -E2BIG));
                return resolver_feed_failure(r, want, -E2BIG, error_text(&e, -E2BIG));
        }
        p->packument = packument;
        return answer_package(r, p);
}

int resolver_feed_package(Resolver *r, const Want *want, Manifest *m, const char *resolved,
                          const char *integrity) {
        Choice *c = want->owner;
        int k;

        assert(want->kind == WANT_PACKAGE && !c->known);
        r->n_outstanding--;
        c->owned = true;
        c->resolved = copy_text(r, resolved);
        c->integrity = integrity ? copy_text(r, integrity) : NULL;
        k = choose(r, c, m);
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
                Package *p = want->owner;

                p->error = error;
                p->problem = copy_text(r, problem);
                return p->problem ? answer_package(r, p) : -ENOMEM;
        }
        r->n_outstanding--;
        if (want->kind == WANT_CONTENTS) {
                Visit *v = want->owner;

                v->answered = true;
                v->error = error;
                v->problem = copy_text(r, problem);
                return v->problem ? 0 : -ENOMEM;
        }
        return fail_choice(r, want->owner, error, problem);
}

/* For the builder: what it is. If it has to be asked for first, something that cannot be had stands
 * in for it: the attempt is in vain, but what else has to be known shows in the same. */
static int find_manifest(void *userdata, Requirement *q, Found *ret) {
        Resolver *r = userdata;
        Choice *c;
        int k;

        k = resolver_require(r, q, /* top= */ false, &c);
        if (k < 0)
                return k;
        if (!c->known) {
                r->unknown = c;
                *ret = (Found){ .problem = "it is not known yet", .error = -EAGAIN };
                return 0;
        }
        *ret = (Found){
                .manifest = c->manifest,
                .resolved = c->resolved,
                .integrity = c->integrity,
                .problem = c->problem,
                .error = c->error,
        };
        return 0;
}

/* Another attempt at the whole tree, now that more is known. */
static int build(Resolver *r, Error *e) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        const TreeCost cost = r->tree.cost;
        int k;

        if (r->top->problem)
                return error_set(e, r->top->error, "%s", r->top->problem);
        if (r->n_passes++ >= RESOLVER_PASSES_MAX)
                return error_set(e, -E2BIG,
                                 "%s@%s: optional peer dependencies lead to others of them more "
                                 "than %d times",
                                 r->unknown->requirement->name->text, r->unknown->requirement->text,
                                 RESOLVER_PASSES_MAX);

        tree_done(&r->tree);
        k = tree_init(&r->tree, &r->names);
        if (k < 0)
                return k;
        r->tree.cost = cost; /* of all attempts together */
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
                k = build(r, e);
                if (k == -EAGAIN && r->n_outstanding > 0)
                        return 0;
                if (k >= 0)
                        r->stage = RESOLVER_ARCHIVES;
        }
        if (k >= 0)
                k = resolver_open_archives(r, e);
        if (k == -E2BIG)
                return error_set(e, k,
                                 "the dependency tree is too large: it takes more than %d "
                                 "packages, %d levels, "
                                 "%d placements, %d dependencies of these or %d questions about "
                                 "them",
                                 RESOLVER_PACKAGES_MAX, TREE_LEVELS_MAX, TREE_NODES_MAX,
                                 TREE_EDGES_MAX, TREE_QUESTIONS_MAX);
        return k;
}
