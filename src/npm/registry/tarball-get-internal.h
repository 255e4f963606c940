/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What tarball-get.c (the task from its beginning to its end) and tarball-download.c (what comes
 * over the network) share. Nothing else includes it. */

#include "npm/registry/npmrc-auth.h"
#include "npm/registry/registry-internal.h"
#include "npm/registry/tarball-get.h"
#include "npm/registry/tarball-unpack.h"

/* A tarball on its way. The loop writes what arrives into a file of the cache; a thread reads it
 * from there (`unpack`). A tarball from the cache, or a local one, goes the same way. */
typedef struct TarballTask {
        RegistryTask task;
        TarballGet get;
        struct TarballTask *next_waiting;
        char *label, *name, *url, *file_name;
        NpmrcAuth auth;

        CacheFile file; /* its descriptor belongs to the stream */
        bool cached, unpacking;
        int download_r; /* why the download broke off while its beginning was being unpacked */
        Error download_error;

        TarballUnpack unpack; /* the thread's while it runs */
} TarballTask;

/* Fetches it into a file of the cache; unpacking begins when enough has come. A failure leaves a
 * clause in t->unpack.error. */
int tarball_download(TarballTask *t);

/* Has a thread read the stream. */
int tarball_begin_unpacking(TarballTask *t);

/* The thread has ended, or there is nothing to unpack: `r` is what came of it. */
void tarball_unpacked(TarballTask *t, int r);

/* Reports and frees it, and starts others that wait. */
void tarball_finish(TarballTask *t, int r);
