/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A package's tarball: made of the same files it is the same to the byte, whoever makes it and
 * when. */

#include "basic/error.h"
#include "basic/json.h"
#include "npm/pack/packlist.h"

typedef struct PackResult {
        uint64_t bytes;     /* of the files */
        json_object *files; /* [{"path", "size", "mode"}…]; the caller's */
} PackResult;

/* Writes the files of the list, below the folder `fd`, as a gzipped tar to `out_fd`. `bin` (may be
 * NULL) are the package's commands, which can be run whatever their files' modes say. -EFBIG for
 * more than can be installed again; -EAGAIN for a file that changes meanwhile; with a clause. */
int pack_tarball(int fd, const PackList *list, json_object *bin, int out_fd, Error *e,
                 PackResult *ret);
