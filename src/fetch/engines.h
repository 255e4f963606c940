/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What packages want of node ("engines"). */

#include "fetch/fetch.h"

/* The tree is known: adds a notice for each package that wants another version of node than there
 * is, -EOPNOTSUPP and a clause for the first of them with npm's setting 'engine-strict'. Optional
 * packages are not in the tree then. */
int engines_check(Fetch *f, Error *e);
