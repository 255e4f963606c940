/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* npm's configuration: npm_config_* variables and .npmrc texts. Which registry serves a name, what
 * proves who we are to it, and how connections are made. Reads no files but those that certfile and
 * keyfile name. */

#include "npm/registry/http.h"

#define NPMRC_MAX      (1024U * 1024U) /* bytes of one text; with certificates in it some 10 KiB */
#define NPMRC_KEYS_MAX 4096

typedef struct Npmrc Npmrc;

/* Reads npm_config_* (any case) out of the environment block, which is also what ${NAME} stands for
 * in the texts. An unscoped token there is refused: -EINVAL. */
int npmrc_new(char *const *environment, Error *e, Npmrc **ret);
Npmrc *npmrc_free(Npmrc *n);
DEFINE_CLEANUP(Npmrc *, npmrc_free);

/* Adds the text of a .npmrc; what was added before it wins, so: project, user, global. `origin` is
 * its name in messages. -EFBIG, -EINVAL for what npm refuses. */
int npmrc_add(Npmrc *n, const char *origin, const char *text, size_t size, Error *e);

/* A value ("true" for a key without one), NULL if it is not set. Borrowed. */
const char *npmrc_get(const Npmrc *n, const char *key);

/* A variable of the environment block given to npmrc_new(). */
const char *npmrc_variable(const Npmrc *n, const char *name);

/* The registry that serves a package name; ends in a slash. -EDESTADDRREQ with how to set one if
 * there is none, -EINVAL if what is set is no http(s) address. The caller frees. */
int npmrc_registry(const Npmrc *n, const char *name, Error *e, char **ret);

/* Where the tarball of a package is fetched from: its address, but a mirror of the registry this
 * program was built for is asked for what that registry says it has itself (npm's setting
 * 'replace-registry-host' changes which). The caller frees. */
int npmrc_tarball_url(const Npmrc *n, const char *name, const char *url, Error *e, char **ret);

typedef struct NpmrcAuth {
        char *authorization; /* the header's value, NULL if there is none */
        char *cert_file, *key_file;
} NpmrcAuth;

/* What the longest matching //host/path/ prefix says for an address; an address on the host of
 * `registry` (may be NULL) without a match of its own gets that of the registry, as npm does. */
int npmrc_auth(const Npmrc *n, const char *url, const char *registry, Error *e, NpmrcAuth *ret);
void npmrc_auth_done(NpmrcAuth *a);

/* How connections are made; proxies also from the environment's own variables. Strings are
 * borrowed. -EINVAL for a value that is no number and the like. */
int npmrc_http_config(const Npmrc *n, Error *e, HttpConfig *ret);
