/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files that say where things come from, which programs are run, or which certificates are trusted:
 * they are used only if root and the caller alone can have written to them. */

#include "basic/error.h"

typedef enum TrustedFlags {
        TRUSTED_FOLLOW = 1 << 0, /* it may be a symlink: the caller's own choice */
} TrustedFlags;

/* Opens a file for reading and checks it by its descriptor: it has to be a regular one of a real
 * file system, which root or the caller owns and no one else may write to. The same goes for the
 * folder that it is in, and for a symlink also the one that it leads to. Returns the descriptor.
 * -ENOENT; -EPERM with a clause for one that is not trusted. */
int trusted_file_open(const char *path, TrustedFlags flags, Error *e);
