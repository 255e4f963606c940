/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Dependencies that are inside the package that depends on them ("file:./x"): each gets a symlink
 * in the package's own node_modules. npm makes it higher up where it can, which no code but
 * another package's can tell. What such a package depends on itself is not installed, as with npm.
 */

#include "fetch/fetch.h"

typedef struct Tree Tree;

/* Makes the links, when all packages are in their places. A notice for what a package does not
 * contain; -EOPNOTSUPP and a clause where the name would then mean something else to a package
 * below it. */
int inner_links_make(Fetch *f, const Tree *t, Error *e);
