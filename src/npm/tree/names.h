/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Package names and what is required of them, each kept once, so that a tree compares pointers and
 * parses a range only the first time it meets it. */

#include "basic/arena.h"
#include "npm/spec/spec.h"

/* Bytes of specifications that are read, each once; trees of thousands of packages have some 100
 * KiB. */
#define NAMES_SPECS_MAX (8U * 1024U * 1024U)

typedef struct Name Name;
typedef struct Requirement Requirement;

struct Name {
        const char *text;
        Name *key; /* the same in small letters: names that differ in nothing else share a place in
                      node_modules */

        /* of the tree that is being built: what is called so in it, and what asks for it */
        struct Node *nodes, *nodes_last;
        struct Edge *edges;

        struct ResolverPackage *package; /* the resolver's: what the registry says of it */
        Name *next, *hash_next;
};

/* NAME@SPEC. */
struct Requirement {
        Name *name;
        const char *text;
        Spec *spec;            /* NULL if the text means nothing */
        const char *problem;   /* then why */
        struct Choice *choice; /* the resolver's: what it comes to */
        Requirement *hash_next;
};

typedef struct Names {
        Arena arena;
        Name **names;
        size_t n_names, names_size;
        Requirement **requirements;
        size_t n_requirements, requirements_size;
        size_t specs_size; /* see NAMES_SPECS_MAX */
        Name *first;       /* of all names */
} Names;

/* NULL if out of memory. */
Name *names_get(Names *n, const char *text);
Requirement *names_require(Names *n, const char *name, const char *spec);

/* Whether it is "file:" and a path that stays inside the package that requires it, and outside of
 * its node_modules: 1 and the path, which the caller frees ("a/b"), 0 if it is not. `ret` may be
 * NULL. */
int requirement_inner_path(const Requirement *q, char **ret);

void names_done(Names *n);
