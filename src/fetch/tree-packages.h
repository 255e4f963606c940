/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The packages of the resolved tree, while their archives are being fetched. */

#include "fetch/archives.h"

typedef struct Node Node;
typedef struct Tree Tree;

struct TreePackage {
        Fetch *fetch;
        Node *node;
        char folder[sizeof(
                ((Archive *) NULL)->folder)]; /* its files, among the unpacked archives */
};

/* Whether the package gets a folder in node_modules. */
bool node_is_installed(const Tree *t, const Node *n);

/* The tree is known: fetches what has not come yet. f->n_missing counts down to 0, and
 * fetch_continue() is called each time. An optional package that fails is left out, with a notice.
 * Negative with a clause for a failure that is known at once. */
int tree_packages_fetch(Fetch *f, Error *e);

/* -EKEYREJECTED and a clause if two packages have one URL and different hashes. */
int tree_packages_check_hashes(const Fetch *f, Error *e);
