/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A repository becomes an archive that is unpacked like any other: nothing is checked out, so
 * neither hooks nor filters nor submodules nor symlinks come to life. */

#include "fetch/fetch.h"

/* Makes an archive of what a git specification (borrowed) means: a file in the folder of unpacked
 * archives, and its URL with the commit. done() is called from the loop, its strings are borrowed.
 * Negative with a clause if nothing was begun. */
int git_get(Fetch *f, const Spec *spec,
            void (*done)(void *userdata, int r, const char *file, const char *resolved, Error *e),
            void *userdata, Error *e);
