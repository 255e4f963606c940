/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What an archive brings into the tree besides its own package: packages bundled in its
 * node_modules, and the tree that its npm-shrinkwrap.json prescribes. Both are done when the rest
 * of the tree is complete, as npm does them. */

#include "npm/tree/tree.h"

#define SHRINKWRAP_SIZE_MAX    (16U * 1024U * 1024U)
#define SHRINKWRAP_ENTRIES_MAX 20000
#define BUNDLED_MAX            20000 /* packages in one archive */
#define BUNDLED_DEPTH_MAX      64 /* node_modules in node_modules; npm's longest path has some ten */

#define MODULES                "node_modules/"

/* A package found in an archive's node_modules. */
typedef struct Bundled {
        char *path; /* below the archive's package: "node_modules/a/node_modules/b" */
        Manifest *manifest;
} Bundled;

/* What was found in an archive. */
typedef struct Contents {
        json_object *shrinkwrap; /* npm-shrinkwrap.json, or NULL */
        Bundled *bundled;
        size_t n_bundled;
} Contents;

void contents_done(Contents *c);

/* "node_modules/a/node_modules/@b/c" and so on, with valid names. */
bool package_path_is_valid(const char *path);

/* Puts the bundled packages below the node; those of the same places go. In any order. -EBADMSG and
 * a clause for a path that is none. */
int contents_add_bundled(Tree *t, Node *node, const Bundled *bundled, size_t n, Error *e);

/* Removes what only bundled packages would have needed, had they not been bundled. After all
 * bundles were added. */
int contents_prune_shadowed(Tree *t);

/* How many packages deep the path is. */
unsigned contents_path_depth(const char *path);

/* Puts one package into its place below `base`: 1, 0 if there is nothing it could be below. */
int contents_add_at(Tree *t, Node *base, const char *path, Manifest *m, Node **ret);
