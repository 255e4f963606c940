/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Unpacks a tarball in a thread, while it may still be arriving: reads it to its end, unpacks it
 * into a new folder, and compares its hash. The folder is removed again unless the hash is right.
 */

#include "npm/registry/integrity.h"
#include "npm/registry/stream.h"
#include "npm/registry/unpack.h"

typedef struct TarballUnpack {
        Stream *stream;
        int dir_fd; /* borrowed: where the folder is made */
        char *folder;
        bool known; /* `integrity` is what has to come */
        Integrity integrity;
        Integrity also; /* without digests: nothing else has to fit */

        /* the results */
        Digest digest; /* of the algorithm that tarball_algorithm() says */
        bool mismatch;
        UnpackResult unpacked;
        Error error;
} TarballUnpack;

static inline HashAlgorithm tarball_algorithm(const TarballUnpack *u) {
        return u->known ? u->integrity.algorithm : HASH_SHA512;
}

/* -EKEYREJECTED and a clause in `error` for a wrong hash, what unpack() says for a bad archive. */
int tarball_unpack(TarballUnpack *u);
