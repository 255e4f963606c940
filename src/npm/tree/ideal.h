/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Builds the tree npm would install, from manifests that are all at hand. Where one is not the
 * attempt ends, and is made again when it has come: so what comes out does not depend on the order
 * in which things arrive. */

#include "npm/tree/tree.h"

typedef struct Platform Platform;

/* What is known of a requirement. */
typedef struct FoundManifest {
        Manifest *manifest;               /* NULL if it cannot be had */
        const char *resolved, *integrity; /* where they are not the manifest's own: archives, git */
        const char *problem;              /* why it cannot be had */
        int error;
} FoundManifest;

/* 0 (found, or known not to be had), -EAGAIN if it has to be asked for first, -ENOMEM. */
typedef int (*ManifestFinder)(void *userdata, Requirement *r, FoundManifest *ret);

/* Builds the tree below a root that depends on what `root` says. -EAGAIN: something has to be
 * asked for. -EEXIST: the module's own dependencies contradict each other, or with strict_peers
 * any. -ENOENT and others: a dependency that is not optional cannot be had. -E2BIG. With a clause.
 */
int ideal_build(Tree *t, Manifest *root, ManifestFinder find, void *userdata,
                const Platform *platform, Error *e);
