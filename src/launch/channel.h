/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The bridge's end of a module's IPC channel: a stream socket that carries one JSON document per
 * line, both ways. Reading never takes more memory than one message may have. */

#include "basic/macro.h"

typedef struct Channel {
        int fd; /* owned */
        char *buffer;
        size_t start, end; /* what of the buffer is not taken yet */
        size_t capacity;
        uint64_t skipped; /* bytes thrown away of a line that is too long; 0: none is */
} Channel;

#define CHANNEL_EMPTY ((Channel){ .fd = -EBADF })

/* A pair of ends: the bridge's, and the module's as a plain descriptor (close-on-exec both). */
int channel_open(Channel *ret, int *ret_module_fd);
void channel_done(Channel *c);

/* Reads once; blocks if nothing is there. The bytes read, 0 when the module has closed its end. */
int channel_fill(Channel *c);

/* 1 and the next line, terminated by a NUL and valid until the next call; 0 if no whole one is
 * there; -EFBIG once for a line longer than AXM_MESSAGE_MAX, when it has ended, and its size. */
int channel_next(Channel *c, char **ret, uint64_t *ret_size);

/* Bytes of an unfinished line. */
uint64_t channel_rest(const Channel *c);
