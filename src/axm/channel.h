/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One end of a stream socket that carries one JSON document per line, both ways: a module's IPC
 * channel, and the control socket of its bridge. Neither reading nor writing ever takes more memory
 * than its limit, and writing never waits for the other side. */

#include "basic/macro.h"

typedef struct Channel {
        int fd; /* owned */
        char *buffer;
        size_t start, end; /* what of the buffer is not taken yet */
        size_t capacity;
        size_t max;       /* bytes of the longest line that is taken */
        uint64_t skipped; /* bytes thrown away of a line that is too long; 0: none is */

        /* Gets a line that is too long piece by piece, `skipped` bytes of it before; may be
         * NULL. */
        void (*overflow)(void *userdata, uint64_t skipped, const char *piece, size_t size);
        void *userdata;

        char *out; /* what the other side has not taken yet */
        size_t out_size;
} Channel;

#define CHANNEL_EMPTY ((Channel) { .fd = -EBADF })

/* What the other side may leave untaken. */
#define CHANNEL_OUT_MAX (2U * 1024U * 1024U)

/* A pair of ends for messages: the bridge's, and the module's as a plain descriptor (close-on-exec
 * both). An errno of socketpair(2). */
int channel_open(Channel *ret, int *ret_module_fd);
void channel_done(Channel *c);

/* Reads once; blocks if nothing is there. The bytes read, 0 when the other side has closed its end;
 * -ENOMEM, or an errno of read(2). */
int channel_fill(Channel *c);

/* 1 and the next line, terminated by a NUL and valid until the next call; 0 if no whole one is
 * there; -EFBIG once for a line that is longer than the limit, when it has ended, and its size. */
int channel_next(Channel *c, char **ret, uint64_t *ret_size);

/* Bytes of an unfinished line. */
uint64_t channel_rest(const Channel *c);

/* Sends a line (which holds no newline), or keeps what the other side does not take now. -ENOBUFS,
 * and nothing of it is sent, if too much is kept already. */
int channel_send(Channel *c, const char *line);

/* Whether something is kept. */
static inline bool channel_is_full(const Channel *c) {
        return c->out_size > 0;
}

/* Sends what is kept, once the socket can be written: 0, also if not all was taken, or an errno of
 * send(2). */
int channel_flush(Channel *c);
