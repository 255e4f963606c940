/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What tarball-get.c (on the loop) and tarball-unpack.c (in a thread) share. Nobody else includes
 * it. */

#include "npm/registry/registry-internal.h"
#include "npm/registry/stream.h"

/* A tarball on its way. The loop writes what arrives into a file of the cache; a thread reads it
 * from there, computes its hash and unpacks it into a folder, which becomes somebody's concern only
 * when the hash is right. A tarball from the cache, or a local one, goes the same way. */
typedef struct TarballTask {
        RegistryTask task;
        TarballGet get;
        struct TarballTask *next_waiting;
        char *label, *name, *url, *file_name, *folder;
        NpmrcAuth auth;
        bool known; /* `integrity` is what has to come */
        Integrity integrity;
        Integrity also; /* without digests: nothing else has to fit */

        CacheFile file; /* its descriptor belongs to the stream */
        Stream *stream;
        bool cached, unpacking;
        int download_r; /* why the download broke off while its beginning was being unpacked */
        Error download_error;

        /* written by the thread */
        Digest digest;
        bool mismatch;
        UnpackResult unpacked;
        Error error;
} TarballTask;

static inline HashAlgorithm tarball_algorithm(const TarballTask *t) {
        return t->known ? t->integrity.algorithm : HASH_SHA512;
}

/* A job of the pool: reads the stream to its end, unpacks it, and compares its hash. */
int tarball_unpack(void *userdata);
