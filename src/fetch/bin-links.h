/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The links in node_modules/.bin: a package's commands, as npm makes them. */

#include "basic/error.h"
#include "npm/tree/tree.h"

#define BIN_FILE_MAX (16U * 1024U * 1024U) /* bytes of a script whose first line is repaired */

/* For all packages of the tree whose files lie in `tree_fd`. Of two packages with one command in
 * the same node_modules the first by name gets it. A command whose file is not in the package is
 * skipped. */
int bin_links_make(int tree_fd, const Tree *t, Error *e);
