/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files that say where things come from, which programs are run, or who is believed: they count
 * only if no user but root and the caller can have written to them. */

#include "basic/error.h"

typedef enum TrustedFlags {
        TRUSTED_FOLLOW = 1 << 0, /* a symlink may be in its place: a caller's own choice */
} TrustedFlags;

/* Opens a file for reading and judges it by its descriptor: it has to be a regular one of a real
 * file system, which root or the caller owns and others may not write to; and so has the folder it
 * lies in, with a symlink also the one that it leads to. Returns the descriptor. -ENOENT if there
 * is none; -EPERM with a clause for one that does not count. */
int trusted_file_open(const char *path, TrustedFlags flags, Error *e);
