/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Fetches a tarball, or takes it from the cache or a file, and unpacks it. */

#include "npm/registry/registry.h"
#include "npm/registry/unpack.h"

typedef struct TarballResult {
        const char *integrity; /* "sha512-…": what was checked, or, where nothing was known, what
                                  came */
        bool weak;             /* only a SHA-1 was known */
        bool cached;
        uint64_t size; /* of the tarball */
        UnpackResult unpacked;
} TarballResult;

/* Fetches a tarball and unpacks it into a new folder. Only with done(0) the folder is there and its
 * content checked; whatever fails leaves nothing. */
typedef struct TarballGet {
        const char *label; /* "name@version", for messages */
        const char *name;  /* the package's, which decides about the registry; NULL: none */
        const char *url;   /* NULL: `file` is read instead, which lies in `dir_fd` */
        const char *file;
        const char *integrity; /* what has to come; either may be NULL */
        const char *shasum;
        const char *also; /* a further "sha512-…" that has to fit; may be NULL */
        int dir_fd;       /* borrowed: where the folder is made */
        const char *folder;
        void (*done)(void *userdata, int r, const TarballResult *result, Error *e);
        void *userdata;
} TarballGet;

int registry_get_tarball(Registry *r, const TarballGet *get, Error *e);
