/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From a specification to the tree npm would install. No I/O: the resolver says what it wants to
 * know, its driver answers in any order and asks again.
 *
 *   resolver_new(spec, platform, &r);
 *   while ((q = resolver_run(r, &e)) == 0)
 *           while ((want = resolver_next_want(r)))
 *                   … fetch, as many at once as you like, and answer with one of resolver_feed_*()
 * …
 *
 * All dependencies of whatever was chosen are wanted at once, before it is known where (or whether)
 * they end up, so the time to the tree depends on how deep it is, not on how large. */

#include "npm/tree/tree.h"

/* Different packages asked for; the largest real trees have some thousands. */
#define RESOLVER_PACKAGES_MAX 20000

/* Attempts at the tree: one more whenever it turned out that an optional peer has to be known, and
 * all of these at once; real trees take two or three. */
#define RESOLVER_PASSES_MAX 64

/* MiB of memory that documents take together; those of trees of thousands of packages take some
 * 200. */
#define RESOLVER_DOCUMENTS_MIB 768

#define RESOLVER_DOCUMENTS_MAX (RESOLVER_DOCUMENTS_MIB * UINT64_C(1048576))

typedef struct Contents Contents;
typedef struct NpmrcInstall NpmrcInstall;
typedef struct Packument Packument;
typedef struct Platform Platform;
typedef struct Resolver Resolver;

typedef enum WantKind {
        WANT_PACKUMENT, /* what the registry says of package `name` */
        WANT_PACKAGE,   /* the package.json of what `spec` points at: an archive, a repository, a
                           folder */
        WANT_CONTENTS,  /* what the archive of `node` holds besides itself: npm-shrinkwrap.json,
                           node_modules */
} WantKind;

typedef struct Want {
        WantKind kind;
        const char *name;
        const Spec *spec;
        Node *node;
        void *owner; /* the resolver's */
} Want;

/* `spec` as given on the command line (spec_parse()); it and what `settings` borrow stay the
 * caller's and must outlive the resolver. */
int resolver_new(const Spec *spec, const Platform *platform, const NpmrcInstall *settings,
                 Resolver **ret);

Resolver *resolver_free(Resolver *r);
DEFINE_CLEANUP(Resolver *, resolver_free);

/* What is wanted and has not been handed out yet; NULL if there is nothing at the moment. Lives as
 * long as the resolver. */
const Want *resolver_next_want(Resolver *r);

/* Answers. The packument or manifest becomes the resolver's, also on failure. */
int resolver_feed_packument(Resolver *r, const Want *want, Packument *p);
int resolver_feed_package(Resolver *r, const Want *want, Manifest *m, const char *resolved,
                          const char *integrity);

/* What was found in the archive of want->node, which has been checked against its integrity:
 * becomes the resolver's. */
int resolver_feed_contents(Resolver *r, const Want *want, Contents *contents);

/* It cannot be had: an errno and a clause. Whether that matters only shows in the tree: an optional
 * dependency may be missing. */
int resolver_feed_failure(Resolver *r, const Want *want, int error, const char *problem);

/* 1 when the tree is complete, 0 when answers are outstanding. -ENOENT, -EEXIST (contradicting
 * peers), -EOPNOTSUPP (not for this platform), -EINVAL, -EBADMSG, -E2BIG, … with a clause. */
int resolver_run(Resolver *r, Error *e);

/* A version that will most likely be installed, to fetch its archive ahead; each comes once. NULL
 * if none is new. */
const Manifest *resolver_next_likely(Resolver *r);

/* The result, borrowed. */
Tree *resolver_tree(Resolver *r);
