/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/channel.h"

#include <sys/socket.h>

#include "axm/message.h"

/* Enough for what modules send every second; a larger buffer is given back when it is empty. */
#define BUFFER_SIZE 16384U

int channel_open(Channel *ret, int *ret_module_fd) {
        int fds[2];

        assert(ret);
        assert(ret_module_fd);

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
                return -errno;
        *ret = (Channel) { .fd = fds[0], .max = AXM_MESSAGE_MAX };
        *ret_module_fd = fds[1];
        return 0;
}

void channel_done(Channel *c) {
        c->fd = safe_close(c->fd);
        free(c->buffer);
        free(c->out);
        *c = CHANNEL_EMPTY;
}

/* A line and its newline. */
static size_t buffer_max(const Channel *c) {
        return c->max + 1;
}

static int make_room(Channel *c) {
        size_t capacity = MAX2(c->capacity, BUFFER_SIZE);
        char *grown;

        if (c->start > 0) {
                (void) memmove(c->buffer, c->buffer + c->start, c->end - c->start);
                c->end -= c->start;
                c->start = 0;
        }
        if (c->buffer && c->end < c->capacity)
                return 0;

        while (capacity <= c->end)
                capacity = MIN2(capacity * 2, buffer_max(c));
        grown = realloc(c->buffer, capacity);
        if (!grown)
                return -ENOMEM;
        c->buffer = grown;
        c->capacity = capacity;
        return 0;
}

int channel_fill(Channel *c) {
        ssize_t n;
        int r;

        assert(c);
        assert(c->max > 0);

        r = make_room(c);
        if (r < 0)
                return r;
        do
                n = read(c->fd, c->buffer + c->end, c->capacity - c->end);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                /* a module that went without reading what was sent to it */
                return errno == ECONNRESET ? 0 : -errno;
        c->end += (size_t) n;
        return (int) n;
}

/* Nothing of the buffer is needed any more. */
static void clear_buffer(Channel *c) {
        c->start = c->end = 0;
        if (c->capacity > BUFFER_SIZE) {
                free(c->buffer);
                c->buffer = NULL;
                c->capacity = 0;
        }
}

static void skip_piece(Channel *c, const char *piece, size_t size) {
        if (c->overflow && size > 0)
                c->overflow(c->userdata, c->skipped, piece, size);
        c->skipped += size;
}

int channel_next(Channel *c, char **ret, uint64_t *ret_size) {
        size_t size = c->end - c->start;
        char *line = c->buffer + c->start, *newline = size > 0 ? memchr(line, '\n', size) : NULL;
        bool skipping = c->skipped > 0;

        assert(ret);
        assert(ret_size);

        if (!newline) {
                if (skipping || size >= buffer_max(c)) {
                        skip_piece(c, line, size);
                        clear_buffer(c);
                } else if (size == 0)
                        clear_buffer(c);
                return 0;
        }

        *newline = 0;
        c->start += (size_t) (newline - line) + 1;
        if (skipping) {
                skip_piece(c, line, (size_t) (newline - line));
                newline = line;
        }
        *ret = line;
        *ret_size = (uint64_t) (newline - line) + c->skipped;
        c->skipped = 0;
        return skipping ? -EFBIG : 1;
}

uint64_t channel_rest(const Channel *c) {
        return c->skipped + (c->end - c->start);
}

static int keep_bytes(Channel *c, const char *data, size_t size) {
        char *grown = realloc(c->out, c->out_size + size);

        if (!grown)
                return -ENOMEM;
        (void) memcpy(grown + c->out_size, data, size);
        c->out = grown;
        c->out_size += size;
        return 0;
}

int channel_send(Channel *c, const char *line) {
        size_t size = strlen(line);
        int r;

        assert(c);

        if (c->out_size + size + 1 > CHANNEL_OUT_MAX)
                return -ENOBUFS;
        r = keep_bytes(c, line, size);
        if (r < 0)
                return r;
        r = keep_bytes(c, "\n", 1);
        if (r < 0) {
                c->out_size -= size;
                return r;
        }
        return channel_flush(c);
}

/* Sends as much as the other side takes, and says how much that was. */
static int send_kept(const Channel *c, size_t *ret_sent) {
        *ret_sent = 0;
        while (*ret_sent < c->out_size) {
                ssize_t n = send(c->fd, c->out + *ret_sent, c->out_size - *ret_sent,
                                 MSG_DONTWAIT | MSG_NOSIGNAL);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return errno == EAGAIN ? 0 : -errno;
                *ret_sent += (size_t) n;
        }
        return 0;
}

int channel_flush(Channel *c) {
        size_t sent;
        int r;

        assert(c);

        r = send_kept(c, &sent);
        c->out_size -= sent;
        if (c->out_size > 0)
                (void) memmove(c->out, c->out + sent, c->out_size);
        else {
                free(c->out);
                c->out = NULL;
        }
        return r;
}
