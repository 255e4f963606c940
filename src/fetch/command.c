/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "basic/clock.h"
#include "basic/string-util.h"

#define ERRORS_MAX 4096

/* What comes out of one of the child's ends. */
typedef struct Pipe {
        int fd;
        char *data;
        size_t size, max;
        bool tail; /* of too much the end is kept, else it is an error */
} Pipe;

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

static int read_both(Pipe pipes[static 2], const Command *c) {
        const uint64_t end = now_usec() + c->timeout_usec;
        uint64_t silent = c->silence_usec > 0 ? now_usec() + c->silence_usec : end;

        while (pipes[0].fd >= 0 || pipes[1].fd >= 0) {
                struct pollfd fds[2] = { { pipes[0].fd, POLLIN, 0 }, { pipes[1].fd, POLLIN, 0 } };
                uint64_t now = now_usec(), until = MIN2(end, silent);
                int r;

                if (now >= until)
                        return -ETIMEDOUT;
                r = poll(fds, 2, (int) MIN2((until - now) / USEC_PER_MSEC + 1, UINT64_C(60000)));
                if (r < 0 && errno != EINTR)
                        return -errno;
                if (r > 0 && c->silence_usec > 0)
                        silent = now_usec() + c->silence_usec;
                for (size_t i = 0; r > 0 && i < 2; i++)
                        if (fds[i].revents) {
                                int k = pipe_read(pipes + i);

                                if (k < 0)
                                        return k;
                        }
        }
        return 0;
}

/* A group of its own, so that its children can be ended with it; default signals, none blocked. */
static int spawn(const Command *c, int out, int err, pid_t *ret) {
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none, all;
        int r;

        (void) sigemptyset(&none);
        (void) sigfillset(&all);
        r = -posix_spawn_file_actions_init(&actions);
        if (r < 0)
                return r;
        r = -posix_spawnattr_init(&attributes);
        if (r < 0) {
                (void) posix_spawn_file_actions_destroy(&actions);
                return r;
        }

        (void) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
                                                             POSIX_SPAWN_SETSIGMASK |
                                                             POSIX_SPAWN_SETSIGDEF);
        (void) posix_spawnattr_setsigmask(&attributes, &none);
        (void) posix_spawnattr_setsigdefault(&attributes, &all);
        r = -posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (r == 0)
                r = -posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
        if (r == 0)
                r = -posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
        if (r == 0)
                r = -posix_spawnp(ret, c->argv[0], &actions, &attributes, c->argv, c->env);

        (void) posix_spawnattr_destroy(&attributes);
        (void) posix_spawn_file_actions_destroy(&actions);
        return r;
}

static int wait_for(pid_t pid) {
        int status;

        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The line that says what is wrong: the last one that calls itself fatal or an error, else the last
 * one. */
static char *telling_line(char *text) {
        static const char *const signs[] = { "fatal: ", "error: " };
        char *telling = NULL, *last = NULL, *state;

        for (char *line = strtok_r(text, "\r\n", &state); line;
             line = strtok_r(NULL, "\r\n", &state)) {
                last = line;
                for (size_t i = 0; i < ELEMENTSOF(signs); i++)
                        if (startswith(line, signs[i]))
                                telling = line + strlen(signs[i]);
        }
        return telling ?: last;
}

int command_run(const Command *c, char **ret_output, char **ret_errors) {
        int out[2] = { -EBADF, -EBADF }, err[2] = { -EBADF, -EBADF }, r, status;
        Pipe pipes[2] = { { .max = c->output_max }, { .max = ERRORS_MAX, .tail = true } };
        pid_t pid;

        if (pipe2(out, O_CLOEXEC) < 0)
                return -errno;
        if (pipe2(err, O_CLOEXEC) < 0) {
                r = -errno;
                (void) close(out[0]);
                (void) close(out[1]);
                return r;
        }

        r = spawn(c, out[1], err[1], &pid);
        (void) close(out[1]);
        (void) close(err[1]);
        pipes[0].fd = out[0];
        pipes[1].fd = err[0];
        if (r >= 0) {
                r = read_both(pipes, c);
                if (r < 0)
                        (void) kill(-pid, SIGKILL);
                status = wait_for(pid);
                r = r < 0 ? r : status;
        }

        (void) safe_close(pipes[0].fd);
        (void) safe_close(pipes[1].fd);
        if (r >= 0 && ret_output)
                *ret_output = pipes[0].data ? TAKE_PTR(pipes[0].data) : strdup("");
        if (r >= 0 && ret_errors)
                *ret_errors = strdup((pipes[1].data ? telling_line(pipes[1].data) : NULL) ?: "");
        free(pipes[0].data);
        free(pipes[1].data);
        return r;
}
