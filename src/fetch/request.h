/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What pm2ctl asks of pm2-fetch: one JSON document, handed over as the credential "request", since
 * the registry's tokens are in it. It is answered on standard output by one JSON line: {"name",
 * "version", …}, for mode "versions" {"versions"}, or {"error"}. */

#include "basic/error.h"
#include "basic/json.h"
#include "npm/registry/registry-memory.h"

typedef struct Request {
        char *spec;          /* what is to be fetched; NULL: the tarball is standard input */
        json_object *specs;  /* array of those whose versions are asked for, or NULL */
        char *tree;          /* absolute path of the folder to fill */
        char *cache;         /* absolute path */
        json_object *npmrc;  /* array of .npmrc texts, the strongest last; NULL if there are none */
        json_object *env;    /* object of npm_config_* variables, and of those that the .npmrc texts
                                name; NULL if there are none */
        bool offline;        /* nothing is fetched that is not in the cache */
        bool prefer_offline; /* what is in the cache is not asked about */
        bool allow_unverified; /* downloads that no hash vouches for are taken */
        SignaturePolicy signatures;
        RegistryMemories registries; /* what is remembered of them */
        bool isolate;                /* scripts: no unit has taken the network away */
} Request;

/* Reads $CREDENTIALS_DIRECTORY/request. */
int request_read(Error *e, Request *ret);

void request_done(Request *request);
