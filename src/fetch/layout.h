/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The tree on disk. */

#include "fetch/fetch.h"

/* All files are there: moves them into place, makes the links of commands, writes package.json and
 * the lock files, and removes the folder of unpacked archives. Negative with a clause. */
int layout_make(Fetch *f, Error *e);

/* Removes what a failed fetch has left in the tree. Negative with a clause. */
int layout_clear(const char *tree, Error *e);
