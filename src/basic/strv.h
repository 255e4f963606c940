/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* NULL-terminated string vectors; an empty one may be NULL. The vector owns its strings. */

#include "basic/macro.h"

char **strv_free(char **v);
DEFINE_CLEANUP(char **, strv_free);

size_t strv_length(char *const *v);
bool strv_contains(char *const *v, const char *s);

/* Append a copy / the string itself (freed on failure). -ENOMEM or 0. */
int strv_extend(char ***v, const char *s);
int strv_consume(char ***v, char *s);
int strv_extendf(char ***v, const char *format, ...) _printf_(2, 3);

/* 0 and a copy, or -ENOMEM. */
int strv_copy(char *const *v, char ***ret);

/* By bytes. */
void strv_sort(char **v);

/* One string, or NULL if out of memory. */
char *strv_join(char *const *v, const char *separator);

/* The string that may have been meant by `word`: NULL if none is near. */
const char *strv_nearest(char *const *v, const char *word);

/* Environment blocks: sets NAME to VALUE, replacing the one that is there; a NULL value removes it.
 */
int strv_env_set(char ***env, const char *name, const char *value);
const char *strv_env_get(char *const *env, const char *name);

#define STRV_FOREACH(s, v) for (char *const *s = (v); s && *s; s++)
