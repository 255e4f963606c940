/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files about archives' contents share. */

#include "npm/tree/contents.h"

#define MODULES "node_modules/"

/* How many packages deep the path is. */
unsigned contents_path_depth(const char *path);

/* Puts one package into its place below `base`: 1, 0 if there is nothing it could be below. */
int contents_add_at(Tree *t, Node *base, const char *path, Manifest *m, Node **ret);
