/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What proves who we are to a server. Reads no files but those that certfile and keyfile name. */

#include "npm/registry/npmrc.h"

typedef struct NpmrcAuth {
        char *authorization; /* the header's value, NULL if there is none */
        char *cert_file, *key_file;
        char *unset; /* of a credential that names a variable that is not set: the clause of
                        npmrc_find_unset(); NULL if there is none */
} NpmrcAuth;

/* What the longest matching //host/path/ prefix says for an address; an address on the host of
 * `registry` (may be NULL) without a match of its own gets that of the registry, as npm does. */
int npmrc_auth(const Npmrc *n, const char *url, const char *registry, Error *e, NpmrcAuth *ret);

void npmrc_auth_done(NpmrcAuth *a);
