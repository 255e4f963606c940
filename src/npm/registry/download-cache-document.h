/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The documents in the cache, by where they came from. */

#include "npm/registry/download-cache.h"

#define CACHE_DOCUMENT_MAX (64U * 1024U * 1024U)

typedef struct CacheDocument {
        char *body; /* terminated by a NUL that `size` does not count */
        size_t size;
        char *etag;          /* NULL if there is none */
        uint64_t age_usec;   /* since it was fetched or last confirmed; USEC_INFINITY: unknown */
        uint64_t fresh_usec; /* how old it may get without being asked for again */
} CacheDocument;

void cache_document_done(CacheDocument *d);

/* -ENOENT if there is none, or none that is whole. */
int cache_load(Cache *c, const char *key, CacheDocument *ret);

int cache_store(Cache *c, const char *key, const CacheDocument *d);

/* The server has confirmed it: it is as good as new. */
int cache_mark_fresh(Cache *c, const char *key);
