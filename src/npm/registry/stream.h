/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A file that is read by one thread while another still writes it: a download on its way into the
 * cache, unpacked before it has ended. */

#include "basic/macro.h"

typedef struct Stream Stream;

/* Takes the descriptor, which has to allow reading and, if `complete` is not set, writing; a
 * complete one is a file as it stands. */
int stream_new(int fd, bool complete, Stream **ret);
Stream *stream_free(Stream *s);
DEFINE_CLEANUP(Stream *, stream_free);

/* The writer's side: more bytes; begin anew; no more bytes (a negative `r`: and the reader fails
 * with it). */
int stream_append(Stream *s, const void *data, size_t size);
int stream_rewind(Stream *s);
void stream_end(Stream *s, int r);

/* The reader's side: the next bytes, in order; waits until there are some. 0 at the end. */
ssize_t stream_read(Stream *s, void *buffer, size_t size);

/* What has been appended so far. */
uint64_t stream_size(const Stream *s);
