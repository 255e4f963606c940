/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Unpacks a package's tarball (tar, gzipped or not), as bytes come in, into a folder of its own.
 * Files and folders are made, links that stay inside are left out, and a .gitignore becomes a
 * .npmignore unless there is one (as npm does all this); anything else, and any name that could
 * mean another place or another file, ends it with the name and the reason. */

#include "basic/error.h"

#define UNPACK_ENTRIES_MAX 100000              /* the largest published ones have about 30,000 */
#define UNPACK_BYTES_MAX   (UINT64_C(1) << 30) /* of all files together, and of one */

/* Fills the buffer as far as it can: bytes, 0 at the end, or a negative errno. May block. */
typedef ssize_t (*UnpackRead)(void *userdata, void *buffer, size_t size);

typedef struct UnpackResult {
        uint64_t bytes;
        unsigned files;
        unsigned links; /* left out */
} UnpackResult;

/* Unpacks into the empty folder `dir_fd`, which no other user may write to, and reads to the end of
 * the input even if the archive ends before it, so that a hash over what was read is one over
 * everything. The caller's umask has to be 022. -EBADMSG for what is no sound archive, -EINVAL,
 * -EEXIST, -EFBIG, -E2BIG for what is refused; what was unpacked so far is left for the caller to
 * remove. */
int unpack(UnpackRead read_some, void *userdata, int dir_fd, Error *e, UnpackResult *ret);
