/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the resolver's files share. */

#include "npm/registry/npmrc-install.h"
#include "npm/registry/packument.h"
#include "npm/registry/platform.h"
#include "npm/tree/contents.h"
#include "npm/tree/resolver.h"

typedef struct Choice Choice;
typedef struct ResolverPackage ResolverPackage;
typedef struct ArchiveVisit ArchiveVisit;

typedef enum ResolverStage {
        RESOLVER_PACKUMENTS, /* collecting what there is to choose from */
        RESOLVER_ARCHIVES,   /* the tree stands; looking into archives */
        RESOLVER_ADDRESSES,  /* asking where the packages of shrinkwraps are */
        RESOLVER_DONE,
} ResolverStage;

/* What a requirement comes to. */
struct Choice {
        Requirement *requirement;
        const Spec *spec; /* an alias' target, else the requirement's own */
        bool known;
        Manifest *manifest; /* NULL if known and not to be had */
        bool owned;         /* it is not in a packument */
        const char *resolved, *integrity;
        const char *problem;
        int error;
        Want want; /* of one that is not in the registry */
        Choice *next, *next_waiting;
};

struct ResolverPackage {
        Name *name;
        Packument *packument;
        bool answered;
        const char *problem;
        int error;
        Choice *waiting;
        Want want;
        ResolverPackage *next;
};

/* A look into an archive. */
struct ArchiveVisit {
        Node *node;
        Contents contents;
        bool answered, wrapped, used; /* its shrinkwrap, its bundle is in the tree */
        const char *problem;
        int error;
        Want want;
        ArchiveVisit *next;
};

/* First in, first out. */
typedef struct ResolverQueue {
        const void **items;
        size_t n, done;
} ResolverQueue;

struct Resolver {
        const Spec *spec;
        Platform platform;
        NpmrcInstall settings;
        Names names;
        ResolverPackage *packages;
        size_t n_packages;
        Choice *choices;
        ResolverQueue wants, likely;
        ResolverQueue chosen; /* what they depend on is not wanted yet */
        bool expanding;
        size_t n_outstanding;
        uint64_t pick_steps;     /* see PICK_STEPS_MAX */
        uint64_t documents_size; /* see RESOLVER_DOCUMENTS_MAX */
        const char *exhausted;   /* why no more is looked at, where such a limit was reached */
        unsigned n_passes;
        const Choice *unknown; /* what this attempt at the tree cannot be completed without */
        Choice *top;           /* the module itself */
        Manifest root;
        Dependency root_dependency;
        Tree tree;
        ResolverStage stage;
        ArchiveVisit *visits; /* archives that have to be looked into */
        Manifest **manifests; /* made for the entries of shrinkwraps */
        size_t n_manifests;
};

int resolver_add_want(Resolver *r, Want *want);

/* resolver-choose.c */
/* Finds out what a requirement comes to, now or when the answer comes. `top`: it is what the person
 * asked for. */
int resolver_require(Resolver *r, Requirement *q, bool top, Choice **ret);

int resolver_queue_add(ResolverQueue *q, const void *item);

/* NULL if there is none. */
const void *resolver_queue_next(ResolverQueue *q);

/* A copy that lives as long as the resolver; NULL if out of memory. */
const char *resolver_copy_text(Resolver *r, const char *text);

/* What the choice comes to: this, whose dependencies are wanted from then on; nothing. */
int resolver_choose(Resolver *r, Choice *c, Manifest *m);

int resolver_fail_choice(Resolver *r, Choice *c, int error, const char *problem);

/* Its document has come, or cannot be had: those that waited for it are chosen. */
int resolver_answer_package(Resolver *r, ResolverPackage *p);

/* resolver-archives.c */
/* Everything that comes after the tree stands: 1 done, 0 answers are outstanding. */
int resolver_open_archives(Resolver *r, Error *e);

void resolver_free_visits(Resolver *r);
