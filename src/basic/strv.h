/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* NULL-terminated string vectors; an empty one may be NULL. The vector owns its strings. */

#include "basic/macro.h"

/* Frees the vector and its strings; returns NULL. */
char **strv_free(char **v);
DEFINE_CLEANUP(char **, strv_free);

/* The number of its strings. */
size_t strv_length(char *const *v);

/* Whether one of them equals s. */
bool strv_contains(char *const *v, const char *s);

/* Appends a copy. 0 or -ENOMEM. */
int strv_extend(char ***v, const char *s);

/* Appends the string itself, which is freed on failure; NULL is -ENOMEM. */
int strv_consume(char ***v, char *s);

/* Whether both have the same strings in the same order; NULL is an empty one. */
bool strv_equal(char *const *a, char *const *b);

/* Appends what printf() would write. 0 or -ENOMEM. */
int strv_extendf(char ***v, const char *format, ...) _printf_(2, 3);

/* 0 and a copy, or -ENOMEM. */
int strv_copy(char *const *v, char ***ret);

/* Sorts by bytes. */
void strv_sort(char **v);

/* All strings with the separator between them, or NULL if out of memory. */
char *strv_join(char *const *v, const char *separator);

/* The string that `word` may be a misspelling of: NULL if none is near. */
const char *strv_nearest(char *const *v, const char *word);

/* Environment blocks: sets NAME to VALUE, replacing the one that is there; a NULL value removes it.
 * 0 or -ENOMEM. */
int strv_env_set(char ***env, const char *name, const char *value);

/* The value, borrowed; NULL if the variable is not set. */
const char *strv_env_get(char *const *env, const char *name);

#define STRV_FOREACH(s, v) for (char *const *s = (v); s && *s; s++)
