/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One version of a package, as the registry or its package.json describes it: what is needed to
 * place it in a tree, to fetch it and to write it into a lock file. */

#include "basic/json.h"
#include "npm/spec/js-text.h"

/* The largest published package depends on some thousands. */
#define MANIFEST_DEPENDENCIES_MAX 8192

/* Bytes of a package.json; published ones have 100 KiB. */
#define MANIFEST_FILE_MAX (1024U * 1024U)

typedef enum DependencyType {
        DEPENDENCY_PEER,
        DEPENDENCY_PEER_OPTIONAL, /* peerDependenciesMeta: not wanted for itself, but must fit if it is
                                     there */
        DEPENDENCY_PROD,
        DEPENDENCY_OPTIONAL,
} DependencyType;

typedef struct Dependency {
        const char *name;
        const char *spec;
        const char *accept; /* acceptDependencies: also satisfies; or NULL */
        DependencyType type;
} Dependency;

/* Strings belong to the manifest. */
typedef struct Manifest {
        char *name;
        char *version;            /* normal form */
        char *spelled;            /* the version as it stands there: what is signed */
        Dependency *dependencies; /* in the order npm looks at them: peers, then the others,
                                     optional ones last */
        size_t n_dependencies;
        const char *
                *bundled; /* names whose packages come inside this one; NULL-terminated, or NULL */

        const char *engine_node, *engine_npm; /* ranges; NULL if not given */
        const char *deprecated;               /* the message; NULL if it is not */
        const char *tarball;                  /* address; NULL if not given */
        const char *integrity;                /* of the archive, "sha512-…"; NULL if not given */
        const char *shasum;      /* the older form, which integrity is made from if need be */
        json_object *signatures; /* the registry's, as it stands there; NULL if not given */
        bool has_install_script;
        bool has_prepare_script; /* what npm runs, with devDependencies, of a repository */
        bool has_shrinkwrap;

        json_object *json; /* what a lock file repeats, and "os", "cpu", "libc", "bin" */
} Manifest;

Manifest *manifest_free(Manifest *m);
DEFINE_CLEANUP(Manifest *, manifest_free);

static inline bool dependency_is_peer(const Dependency *d) {
        return d->type == DEPENDENCY_PEER || d->type == DEPENDENCY_PEER_OPTIONAL;
}

static inline bool dependency_is_optional(const Dependency *d) {
        return d->type == DEPENDENCY_OPTIONAL || d->type == DEPENDENCY_PEER_OPTIONAL;
}

bool manifest_bundles(const Manifest *m, const char *name);
