/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/stream.h"

#include <pthread.h>
#include <sys/stat.h>

struct Stream {
        int fd;
        uint64_t position; /* the reader's own */

        pthread_mutex_t mutex; /* for the rest */
        pthread_cond_t grown;
        uint64_t size;
        bool ended;
        int r;
};

int stream_new(int fd, bool complete, Stream **ret) {
        struct stat st = {};
        Stream *s;

        assert(fd >= 0);
        assert(ret);

        s = malloc(sizeof(Stream));
        if (!s || (complete && fstat(fd, &st) < 0)) {
                int r = s ? -errno : -ENOMEM;

                free(s);
                (void) close(fd);
                return r;
        }
        *s = (Stream) { .fd = fd,
                        .mutex = PTHREAD_MUTEX_INITIALIZER,
                        .grown = PTHREAD_COND_INITIALIZER,
                        .size = (uint64_t) st.st_size,
                        .ended = complete };
        *ret = s;
        return 0;
}

Stream *stream_free(Stream *s) {
        if (!s)
                return NULL;
        (void) close(s->fd);
        (void) pthread_cond_destroy(&s->grown);
        (void) pthread_mutex_destroy(&s->mutex);
        free(s);
        return NULL;
}

static void stream_change(Stream *s, uint64_t size, bool ended, int r) {
        (void) pthread_mutex_lock(&s->mutex);
        s->size = size;
        s->ended = ended;
        s->r = r;
        (void) pthread_cond_broadcast(&s->grown);
        (void) pthread_mutex_unlock(&s->mutex);
}

int stream_append(Stream *s, const void *data, size_t size) {
        uint64_t end = s->size;

        while (size > 0) {
                ssize_t n = pwrite(s->fd, data, size, (off_t) end);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                data = (const char *) data + n;
                size -= (size_t) n;
                end += (uint64_t) n;
        }
        stream_change(s, end, /* ended= */ false, 0);
        return 0;
}

/* A reader that is further already goes on where it is: what follows is the same again, or the hash
 * over it will not fit. */
int stream_rewind(Stream *s) {
        stream_change(s, 0, /* ended= */ false, 0);
        return 0;
}

static int cut_to_size(const Stream *s) {
        return ftruncate(s->fd, (off_t) s->size) < 0 ? -errno : 0;
}

void stream_end(Stream *s, int r) {
        stream_change(s, s->size, /* ended= */ true, r < 0 ? r : cut_to_size(s));
}

ssize_t stream_read(Stream *s, void *buffer, size_t size) {
        uint64_t available;
        ssize_t n;
        int r;

        (void) pthread_mutex_lock(&s->mutex);
        while (s->position >= s->size && !s->ended)
                (void) pthread_cond_wait(&s->grown, &s->mutex);
        available = s->size > s->position ? s->size - s->position : 0;
        r = s->ended ? s->r : 0;
        (void) pthread_mutex_unlock(&s->mutex);
        if (r < 0)
                return r;

        do
                n = pread(s->fd, buffer, MIN2(available, size), (off_t) s->position);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        s->position += (uint64_t) n;
        return n;
}

uint64_t stream_size(const Stream *s) {
        return s->size;
}
