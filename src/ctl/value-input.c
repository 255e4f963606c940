/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/value-input.h"

#include <poll.h>
#include <signal.h>
#include <termios.h>

#include "basic/fs.h"
#include "basic/string-util.h"
#include "model/environment.h"

/* A terminal drops what a line has beyond that without a word: N_TTY_BUF_SIZE, less the newline. */
#define TERMINAL_LINE_MAX 4095U

/* Those that would end the program while nothing is echoed. */
static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
static volatile sig_atomic_t caught;

static void note_signal(int signal) {
        caught = signal;
}

/* One line; signals are taken while it waits, and only then. */
static int read_line(const sigset_t *wait_mask, char **ret, size_t *ret_size) {
        _cleanup_(freep) char *line = malloc(TERMINAL_LINE_MAX + 1);
        struct pollfd fd = { STDIN_FILENO, POLLIN, 0 };
        size_t size = 0;

        if (!line)
                return -ENOMEM;
        while (size == 0 || line[size - 1] != '\n') {
                ssize_t n;

                if (ppoll(&fd, 1, NULL, wait_mask) < 0)
                        return -errno;
                n = read(STDIN_FILENO, line + size, TERMINAL_LINE_MAX - size);
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                size += (size_t) n;
                if (size == TERMINAL_LINE_MAX)
                        return -EFBIG;
        }
        line[size] = 0;
        *ret = TAKE_PTR(line);
        *ret_size = size;
        return 0;
}

/* Ctrl-Z and Ctrl-\ are characters as others meanwhile: a shell would get the terminal without an
 * echo, and a core file the value. */
static int read_silently(const sigset_t *wait_mask, char **ret, size_t *ret_size) {
        struct termios before, silent;
        int r;

        if (tcgetattr(STDIN_FILENO, &before) < 0)
                return -errno;
        silent = before;
        silent.c_lflag &= ~(tcflag_t) ECHO;
        silent.c_cc[VSUSP] = silent.c_cc[VQUIT] = _POSIX_VDISABLE;
        if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) < 0)
                return -errno;
        r = read_line(wait_mask, ret, ret_size);
        (void) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        return r;
}

static int ask_terminal(const char *key, char **ret, size_t *ret_size) {
        struct sigaction note = { .sa_handler = note_signal }, old[ELEMENTSOF(signals)];
        _cleanup_(freep) char *shown = escape_control(key, /* keep_newlines= */ false);
        sigset_t blocked, mask;
        int r;

        if (!shown)
                return -ENOMEM;
        (void) sigemptyset(&blocked);
        for (size_t i = 0; i < ELEMENTSOF(signals); i++)
                (void) sigaddset(&blocked, signals[i]);
        (void) sigprocmask(SIG_BLOCK, &blocked, &mask);
        for (size_t i = 0; i < ELEMENTSOF(signals); i++)
                /* what is ignored stays so */
                if (sigaction(signals[i], NULL, old + i) >= 0 && old[i].sa_handler != SIG_IGN)
                        (void) sigaction(signals[i], &note, NULL);

        caught = 0;
        fprintf(stderr, "Value of %s: ", shown);
        r = read_silently(&mask, ret, ret_size);
        fputc('\n', stderr);

        for (size_t i = 0; i < ELEMENTSOF(signals); i++)
                (void) sigaction(signals[i], old + i, NULL);
        (void) sigprocmask(SIG_SETMASK, &mask, NULL);
        if (caught)
                (void) raise(caught);
        return r;
}

static int check_value(const char *text, size_t size, bool allow_empty, Error *e) {
        if (strlen(text) != size)
                return error_set(e, -EINVAL, "it has a NUL in it");
        if (size == 0 && !allow_empty)
                return error_set(e, -EINVAL, "it is empty; pm2ctl unset removes a setting");
        return 0;
}

int value_input(const char *key, bool allow_empty, Error *e, char **ret) {
        bool terminal = isatty(STDIN_FILENO);
        _cleanup_(freep) char *text = NULL;
        size_t size = 0;
        int r;

        r = terminal ? ask_terminal(key, &text, &size)
                     : read_fd(STDIN_FILENO, ENVIRONMENT_STRING_MAX, &text, &size);
        if (r == -EFBIG)
                return terminal ? error_set(e, r,
                                            "a terminal takes no more than %u bytes; give it on "
                                            "standard input from a file or a pipe",
                                            TERMINAL_LINE_MAX - 1)
                                : error_set(e, r,
                                            "what standard input holds is longer than %u bytes",
                                            ENVIRONMENT_STRING_MAX);
        if (r < 0)
                return error_set(e, r, "cannot read it from standard input: %s", strerror(-r));

        if (size > 0 && text[size - 1] == '\n')
                text[--size] = 0;
        r = check_value(text, size, allow_empty, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(text);
        return 0;
}
