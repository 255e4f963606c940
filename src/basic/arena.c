/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/arena.h"

#define CHUNK_SIZE (64U * 1024U)

typedef struct ArenaChunk {
        struct ArenaChunk *next;
        size_t used, size;
        max_align_t data[];
} ArenaChunk;

void *arena_alloc(Arena *a, size_t size) {
        size_t aligned = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) *
                         sizeof(max_align_t);
        ArenaChunk *c = a->chunk;
        void *p;

        if (aligned < size)
                return NULL;
        if (!c || c->size - c->used < aligned) {
                size_t room = MAX2(aligned, (size_t) CHUNK_SIZE);

                if (room > SIZE_MAX - sizeof(*c))
                        return NULL;
                c = calloc(1, sizeof(*c) + room);
                if (!c)
                        return NULL;
                c->size = room;
                c->next = a->chunk;
                a->chunk = c;
        }
        p = (uint8_t *) c->data + c->used;
        c->used += aligned;
        return p;
}

void *arena_calloc(Arena *a, size_t n, size_t size) {
        size_t total;

        return __builtin_mul_overflow(n, size, &total) ? NULL : arena_alloc(a, total);
}

char *arena_strndup(Arena *a, const char *s, size_t n) {
        char *copy = arena_alloc(a, n + 1);

        if (copy)
                memcpy(copy, s, n);
        return copy;
}

void arena_done(Arena *a) {
        for (ArenaChunk *c = a->chunk, *next; c; c = next) {
                next = c->next;
                free(c);
        }
        a->chunk = NULL;
}
