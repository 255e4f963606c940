/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The download cache: tarballs by the hash of their content, documents by where they came from.
 * Several processes may use one cache at once, and any may be killed at any moment: files appear
 * whole, by rename, and each use checks it first. Nothing here is needed: without it things
 * are fetched again. */

#include "basic/error.h"
#include "npm/registry/integrity.h"

/* Temporary files older than this belong to no running process. */
#define CACHE_STALE_USEC (3600 * USEC_PER_SEC)

typedef struct Cache Cache;

/* Opens a cache folder, made (0700) if it is not there, and clears what killed processes left. */
int cache_open(const char *path, Error *e, Cache **ret);
Cache *cache_free(Cache *c);
DEFINE_CLEANUP(Cache *, cache_free);

/* A file that is not yet in the cache. */
typedef struct CacheFile {
        char *name;
        int fd; /* read and write */
} CacheFile;

int cache_file_new(Cache *c, CacheFile *ret);
/* Removes it, unless it was taken in. */
void cache_file_done(Cache *c, CacheFile *f);

/* A descriptor of the tarball with this hash, which the reader still has to check; -ENOENT. */
int cache_open_tarball(Cache *c, const Integrity *i);

/* Takes a checked file in. */
int cache_add_tarball(Cache *c, CacheFile *f, HashAlgorithm algorithm, const Digest *digest);

/* Forgets a tarball, since it turned out damaged. */
int cache_drop_tarball(Cache *c, const Integrity *i);
