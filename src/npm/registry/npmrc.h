/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* npm's configuration: npm_config_* variables and .npmrc texts, as keys and values. What they mean
 * is in npmrc-registry.h, npmrc-auth.h and npmrc-http.h. Reads no files. */

#include "basic/error.h"

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

/* Whether the setting is there and npm takes it for true. */
bool npmrc_get_bool(const Npmrc *n, const char *key);

/* Where the value comes from: what npmrc_add() called it, or "the environment". NULL if it is not
 * set. Borrowed. */
const char *npmrc_origin(const Npmrc *n, const char *key);

/* Which of two settings comes from a stronger source: negative for `a`, positive for `b`, 0 if it
 * is one source; one that is not set comes from the weakest. */
int npmrc_compare_sources(const Npmrc *n, const char *a, const char *b);

/* Whether the value still names a variable that is not set, as ${NAME}: 1 and a clause with key,
 * origin and variable, which the caller frees, else 0. */
int npmrc_find_unset(const Npmrc *n, const char *key, char **ret);

/* A variable of the environment block given to npmrc_new(). */
const char *npmrc_variable(const Npmrc *n, const char *name);
