/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text as npm matches it: UTF-16. */

#include "basic/arena.h"

typedef struct GlobText {
        const uint16_t *s;
        size_t n;
} GlobText;

/* A name as UTF-16; what is no UTF-8 becomes U+FFFD. */
int glob_text(Arena *arena, const char *s, size_t size, GlobText *ret);
