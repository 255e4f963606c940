/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The braces of a pattern. */

#include "basic/macro.h"

#define GLOB_EXPANSIONS_MAX 1000U /* of the braces of one pattern */

/* "a{b,c}d" becomes "abd" and "acd". The caller frees the vector. */
int glob_expand(const char *text, size_t size, char ***ret);
