/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Registries made up at random, the same for the same seed, and the resolver run on them: for tests
 * that look for what nobody thought of. */

#include "npm/registry/packument.h"
#include "npm/registry/platform.h"
#include "npm/tree/resolver.h"

#define UNIVERSE_NAMES_MAX    16
#define UNIVERSE_VERSIONS_MAX 64 /* of all packages together */

typedef enum UniverseKind {
        UNIVERSE_PLAIN,
        UNIVERSE_PEERS,
        UNIVERSE_OPTIONAL_PEERS,
        UNIVERSE_PLATFORMS,
        UNIVERSE_ALIASES,
        UNIVERSE_BUNDLES,
        UNIVERSE_TANGLE, /* peers of everything, themselves included */
        UNIVERSE_NAMES,  /* those that mean something elsewhere: __proto__, Case and case, … */
        UNIVERSE_WRONG,  /* ranges that are none, versions that are none, odd types, keys twice */
        _UNIVERSE_KIND_MAX,
} UniverseKind;

typedef struct UniverseVersion {
        unsigned name;
        char *version;
        char *rest; /* ",\"dependencies\":{…}" */
} UniverseVersion;

typedef struct Universe {
        uint64_t state;
        UniverseKind kind;
        unsigned n_names, n_versions;
        UniverseVersion versions[UNIVERSE_VERSIONS_MAX];
        bool backwards; /* answers come last question first */
        bool failing;   /* now and then one cannot be had */
} Universe;

void universe_make(Universe *u, UniverseKind kind, uint64_t seed);
void universe_done(Universe *u);

const char *universe_name(const Universe *u, unsigned i);
const char *universe_kind_to_string(UniverseKind kind);

/* The registry's document of a package; NULL if it knows none. To be freed. */
char *universe_packument(const Universe *u, const char *name);

typedef int (*AnswerWant)(void *userdata, Resolver *r, const Want *want);

/* Drives the resolver to its end with what answer_want() feeds it, first or last question first:
 * what resolver_run() says, -ENOTRECOVERABLE if it waits for nothing. */
int drive_resolver(Resolver *r, bool backwards, AnswerWant answer_want, void *userdata, Error *e);

/* Drives the resolver to its end with what the universe has: what resolver_run() says. */
int universe_drive(Universe *u, Resolver *r, Error *e);
