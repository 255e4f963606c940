/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/capture.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include "basic/string-util.h"

#define READ_SIZE (64U * 1024U) /* what a pipe holds */

struct Capture {
        int fd;
        sd_event_source *source;
        CaptureLine on_line;
        void *userdata;
        size_t max;

        char *data; /* all, or the line that has not ended */
        size_t size;
        int error;
};

/* Hands on the lines that have ended, at the end the last one too. */
static void hand_on(Capture *c, bool end) {
        char *line = c->data, *newline;

        while ((newline = strchr(line, '\n'))) {
                *newline = 0;
                c->on_line(line, c->userdata);
                line = newline + 1;
        }
        c->size = strlen(line);
        if (c->size > 0 && (end || c->size >= CAPTURE_LINE_MAX)) {
                c->on_line(line, c->userdata);
                c->size = 0;
        }
        memmove(c->data, line, c->size);
        c->data[c->size] = 0;
}

static int take_in(Capture *c, char *bytes, size_t n) {
        char *grown;

        if (!c->on_line && n > c->max - c->size)
                return -EFBIG;
        grown = realloc(c->data, c->size + n + 1);
        if (!grown)
                return -ENOMEM;
        c->data = grown;
        if (c->on_line)
                for (size_t i = 0; i < n; i++)
                        if (!bytes[i])
                                bytes[i] = ' ';
        memcpy(c->data + c->size, bytes, n);
        c->size += n;
        c->data[c->size] = 0;
        if (c->on_line)
                hand_on(c, /* end= */ false);
        return 0;
}

static void end_capture(Capture *c, int error) {
        if (c->on_line && c->data)
                hand_on(c, /* end= */ true);
        c->error = error;
        c->source = sd_event_source_unref(c->source);
        c->fd = safe_close(c->fd);
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Capture *c = userdata;
        char bytes[READ_SIZE];
        ssize_t n;
        int r;

        n = read(fd, bytes, sizeof(bytes));
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        if (n <= 0) {
                end_capture(c, n < 0 ? -errno : 0);
                return 0;
        }
        r = take_in(c, bytes, (size_t) n);
        if (r < 0)
                end_capture(c, r);
        return 0;
}

int capture_new(sd_event *event, CaptureLine on_line, void *userdata, size_t max, Capture **ret,
                int *ret_write_fd) {
        _cleanup_(capture_freep) Capture *c = malloc(sizeof(Capture));
        _cleanup_(closep) int write_fd = -EBADF;
        int fds[2], r;

        assert(event);
        assert(on_line || max > 0);
        assert(ret);
        assert(ret_write_fd);

        if (!c)
                return -ENOMEM;
        *c = (Capture) {
                .fd = -EBADF,
                .on_line = on_line,
                .userdata = userdata,
                .max = max,
                .data = calloc(1, 1),
        };
        if (!c->data)
                return -ENOMEM;
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        c->fd = fds[0];
        write_fd = fds[1];
        /* Only ours: the program may not expect its output to be non-blocking. */
        if (fcntl(c->fd, F_SETFL, O_NONBLOCK) < 0)
                return -errno;
        r = sd_event_add_io(event, &c->source, c->fd, EPOLLIN, on_readable, c);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(c);
        *ret_write_fd = TAKE_FD(write_fd);
        return 0;
}

Capture *capture_free(Capture *c) {
        if (!c)
                return NULL;
        (void) sd_event_source_unref(c->source);
        (void) safe_close(c->fd);
        free(c->data);
        free(c);
        return NULL;
}

bool capture_ended(const Capture *c) {
        return !c || c->fd < 0;
}

int capture_error(const Capture *c) {
        return c ? c->error : 0;
}

char *capture_take(Capture *c, size_t *ret_size) {
        if (ret_size)
                *ret_size = c->size;
        c->size = 0;
        return TAKE_PTR(c->data);
}
