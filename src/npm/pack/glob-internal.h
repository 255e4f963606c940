/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What glob.c (patterns of paths), glob-part.c (one name) and glob-braces.c share. */

#include "npm/pack/glob.h"

/* "a{b,c}d" becomes "abd" and "acd". The caller frees the vector. */
int glob_expand(const char *text, size_t size, char ***ret);

/* Whether a whole name fits a pattern without slashes that is not "**". */
bool glob_part_match(GlobText pattern, GlobText name, unsigned *steps);
