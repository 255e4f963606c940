/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* pm2ctl's request to pm2-fetch: one JSON document, passed as the credential "request", since the
 * registry's tokens are in it. The answer is one JSON line on standard output: {"name", "version",
 * …}, for mode "versions" {"versions"}, or {"error"}. */

#include "basic/error.h"
#include "basic/json.h"
#include "npm/registry/registry-memory.h"

typedef struct Request {
        char *spec;         /* what to fetch; NULL: the tarball on standard input */
        json_object *specs; /* array of those whose versions are asked for, or NULL */
        char *tree;         /* absolute path of the folder to fill */
        char *cache;        /* absolute path */
        json_object *npmrc; /* see caller_npmrc_read() */
        json_object *env;
        bool offline;          /* nothing is fetched that is not in the cache */
        bool prefer_offline;   /* the registry is not asked about what is in the cache */
        bool allow_unverified; /* downloads that no hash vouches for are used */
        SignaturePolicy signatures;
        RegistryMemories registries; /* what pm2ctl remembers of them */
        bool isolate;                /* scripts: give up the network, which the unit still has */
} Request;

/* Reads $CREDENTIALS_DIRECTORY/request. -EBADMSG, -ENXIO and others with a clause. */
int request_read(Error *e, Request *ret);

void request_done(Request *request);
