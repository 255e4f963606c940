/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What download-cache.c, download-cache-clean.c and download-cache-document.c share. No other file
 * includes it. */

#include <sys/stat.h>

#include "npm/registry/download-cache.h"

struct Cache {
        int tarballs_fd, documents_fd, temporary_fd;
};

typedef struct CacheFolder {
        const char *name;
        size_t offset; /* of its descriptor in Cache */
} CacheFolder;

#define CACHE_FOLDERS 3
extern const CacheFolder cache_folders[CACHE_FOLDERS];

/* How long ago a file was written; USEC_INFINITY where its time is yet to come. */
uint64_t cache_file_age(const struct stat *st);

/* Moves a file in, without a flush: after a power cut one that is not whole is found out when it is
 * used. */
int cache_file_take_in(Cache *c, CacheFile *f, int dir_fd, const char *name);
