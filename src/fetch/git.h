/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Makes an archive of a repository, to be unpacked like any other. Nothing is checked out, so
 * hooks, filters, submodules and symlinks have no effect. */

#include "fetch/fetch.h"

/* Makes an archive of what a git specification (borrowed) means: a file in the folder of unpacked
 * archives, and its URL with the commit. done() is called from the loop, its strings are borrowed.
 * Negative with a clause if nothing was begun. */
int git_get(Fetch *f, const Spec *spec,
            void (*done)(void *userdata, int r, const char *file, const char *resolved, Error *e),
            void *userdata, Error *e);
