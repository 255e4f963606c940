/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "basic/clock.h"
#include "basic/string-util.h"
#include "fetch/spawn.h"

#define ERRORS_MAX 4096

/* One of the child's outputs. */
typedef struct Pipe {
        int fd, child_fd;
        char *data;
        size_t size, max;
        bool tail; /* above `max` the end is kept; otherwise that is an error */
} Pipe;

static int pipe_open(Pipe *p) {
        int fds[2];

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        p->fd = fds[0];
        p->child_fd = fds[1];
        return 0;
}

static void pipe_done(Pipe *p) {
        (void) safe_close(p->fd);
        (void) safe_close(p->child_fd);
        free(p->data);
}

static int pipe_read(Pipe *p) {
        char block[4096], *grown;
        ssize_t n;

        n = read(p->fd, block, sizeof(block));
        if (n < 0)
                return errno == EINTR || errno == EAGAIN ? 0 : -errno;
        if (n == 0) {
                p->fd = safe_close(p->fd);
                return 0;
        }
        if (p->size + (size_t) n > p->max && !p->tail)
                return -EFBIG;

        grown = realloc(p->data, p->size + (size_t) n + 1);
        if (!grown)
                return -ENOMEM;
        p->data = grown;
        memcpy(p->data + p->size, block, (size_t) n);
        p->size += (size_t) n;
        if (p->size > p->max) {
                memmove(p->data, p->data + p->size - p->max, p->max);
                p->size = p->max;
        }
        p->data[p->size] = 0;
        return 0;
}

static int read_ready(Pipe *out, Pipe *err, const struct pollfd fds[static 2]) {
        int r;

        if (fds[0].revents) {
                r = pipe_read(out);
                if (r < 0)
                        return r;
        }
        return fds[1].revents ? pipe_read(err) : 0;
}

static int read_both(const Subprocess *s, Pipe *out, Pipe *err) {
        const uint64_t end = now_usec() + s->timeout_usec;
        uint64_t silent = s->silence_usec > 0 ? now_usec() + s->silence_usec : end;

        while (out->fd >= 0 || err->fd >= 0) {
                struct pollfd fds[2] = { { out->fd, POLLIN, 0 }, { err->fd, POLLIN, 0 } };
                const uint64_t now = now_usec(), until = MIN2(end, silent);
                int r;

                if (now >= until)
                        return -ETIMEDOUT;
                r = poll(fds, 2, (int) MIN2((until - now) / USEC_PER_MSEC + 1, UINT64_C(60000)));
                if (r < 0 && errno != EINTR)
                        return -errno;
                if (r <= 0)
                        continue;
                if (s->silence_usec > 0)
                        silent = now_usec() + s->silence_usec;
                r = read_ready(out, err, fds);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void attributes_destroy(posix_spawnattr_t *attributes) {
        (void) posix_spawnattr_destroy(attributes);
}

/* A group of its own, so that its children can be ended with it; default signals, none blocked. */
static int spawn_group(const Subprocess *s, int out_fd, int err_fd, pid_t *ret) {
        _cleanup_(attributes_destroy) posix_spawnattr_t attributes = {};
        sigset_t none, all;
        int r;

        (void) sigemptyset(&none);
        (void) sigfillset(&all);
        r = posix_spawnattr_init(&attributes);
        if (r != 0)
                return -r;
        (void) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
                                                             POSIX_SPAWN_SETSIGMASK |
                                                             POSIX_SPAWN_SETSIGDEF);
        (void) posix_spawnattr_setsigmask(&attributes, &none);
        (void) posix_spawnattr_setsigdefault(&attributes, &all);
        return spawn_child(&(Spawn) { .program = s->argv[0],
                                      .argv = s->argv,
                                      .env = s->env,
                                      .attributes = &attributes,
                                      .out_fd = out_fd,
                                      .err_fd = err_fd },
                           ret);
}

/* The last line that starts with "fatal:" or "error:", else the last one. */
static const char *find_error_line(char *text) {
        static const char *const signs[] = { "fatal: ", "error: " };
        const char *found = NULL, *last = "";
        char *state;

        for (char *line = strtok_r(text, "\r\n", &state); line;
             line = strtok_r(NULL, "\r\n", &state)) {
                last = line;
                for (size_t i = 0; i < ELEMENTSOF(signs); i++)
                        found = startswith(line, signs[i]) ?: found;
        }
        return found ?: last;
}

static int run_child(const Subprocess *s, Pipe *out, Pipe *err) {
        int r, k, status;
        pid_t pid;

        r = spawn_group(s, out->child_fd, err->child_fd, &pid);
        if (r < 0)
                return r;
        out->child_fd = safe_close(out->child_fd);
        err->child_fd = safe_close(err->child_fd);
        r = read_both(s, out, err);
        if (r < 0)
                (void) kill(-pid, SIGKILL);
        k = spawn_wait(pid, &status);
        if (r < 0 || k < 0)
                return r < 0 ? r : k;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int subprocess_run(const Subprocess *s, char **ret_output, char **ret_errors) {
        _cleanup_(pipe_done) Pipe out = { .fd = -EBADF, .child_fd = -EBADF, .max = s->output_max };
        _cleanup_(pipe_done)
                Pipe err = { .fd = -EBADF, .child_fd = -EBADF, .max = ERRORS_MAX, .tail = true };
        _cleanup_(freep) char *errors = NULL;
        int r;

        assert(s && s->argv && s->argv[0]);

        r = pipe_open(&out);
        if (r < 0)
                return r;
        r = pipe_open(&err);
        if (r < 0)
                return r;
        r = run_child(s, &out, &err);
        if (r < 0)
                return r;

        errors = strdup(err.data ? find_error_line(err.data) : "");
        if (!out.data)
                out.data = strdup("");
        if (!errors || !out.data)
                return -ENOMEM;
        if (ret_output)
                *ret_output = TAKE_PTR(out.data);
        if (ret_errors)
                *ret_errors = TAKE_PTR(errors);
        return r;
}
