/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The text form of a .npmrc: lines of an INI dialect of npm's own, and ${NAME} in them. */

#include "basic/error.h"

/* Calls `found` for every "key = value" outside of sections, in order, with comments and quotes
 * gone; a key alone has the value "true". `array` is set for "key[] = value". Ends at the first
 * negative result. -EINVAL for a text that is not UTF-8 or holds a NUL. */
int npmrc_parse(const char *text, size_t size, Error *e,
                int (*found)(void *userdata, const char *key, bool array, const char *value),
                void *userdata);

/* Replaces ${NAME} and ${NAME?} by the environment's value; the latter is empty where it is not
 * set, the former stays as it is. A backslash before it keeps it. The caller frees. */
int npmrc_expand(const char *text, char *const *environment, char **ret);
