/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What pm2-fetch is asked to do, in a file of the staging folder that becomes a credential of its
 * unit. */

#include "basic/json.h"
#include "module/modules.h"
#include "store/staging.h"

#define FETCH_REQUEST "request" /* the file and the credential */

typedef struct FetchOptions {
        bool offline;          /* nothing but what the cache has */
        bool prefer_offline;   /* what the cache has is not asked for again */
        bool allow_unverified; /* downloads without an integrity to compare them with are taken */
} FetchOptions;

/* `spec`, `specs` or a tarball on standard input, for what has the network and the cache. Install
 * scripts, without `cache`, get none of the three, and none of the caller's configuration: there
 * may be tokens in it. Everything is borrowed. */
typedef struct FetchRequest {
        const char *spec;   /* as Source.fetch; NULL with a tarball on standard input */
        json_object *specs; /* an array of such, of which the versions are asked for */
        bool tree;          /* a tree is wanted, so that registries' signatures count */
        bool cache;         /* the scope's cache is used */
        bool isolate; /* scripts of a user have no sandbox of the manager's: pm2-fetch makes one */
        FetchOptions options;
} FetchRequest;

/* Writes it, readable for this user alone. -E2BIG where the .npmrc files and what is remembered of
 * registries are more than systemd takes. */
int fetch_request_write(const Modules *modules, const Staging *staging, const FetchRequest *request,
                        Error *e);
