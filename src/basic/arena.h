/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Memory for many small things that are freed together. */

#include "basic/macro.h"

typedef struct Arena {
        struct ArenaChunk *chunk;
} Arena;

/* Zeroed, aligned for any type. NULL if out of memory. */
void *arena_alloc(Arena *a, size_t size);

/* The same of an array; NULL also if its size overflows. */
void *arena_calloc(Arena *a, size_t n, size_t size);

/* A copy of n bytes, with a NUL behind them. NULL if out of memory. */
char *arena_strndup(Arena *a, const char *s, size_t n);

/* Frees all of it; the arena can be used again. */
void arena_done(Arena *a);
