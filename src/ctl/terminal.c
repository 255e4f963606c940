/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/terminal.h"

#include <ctype.h>
#include <signal.h>
#include <sys/mman.h>

#include "basic/child-process.h"
#include "basic/fs.h"
#include "basic/string-util.h"
#include "basic/table.h"
#include "basic/verbs.h"

/* less as systemctl starts it: ends where all fits on the screen, passes colours on, cuts lines. */
#define LESS_OPTIONS "FRSXMK"

bool terminal_colours(void) {
        const char *wanted = getenv("SYSTEMD_COLORS");

        if (isempty(wanted))
                return colours_wanted();
        return !word_list_contains(" 0 no n false f off ", wanted);
}

/* -- what may be printed ----------------------------------------------------------------- */

/* A part of a sequence, and the byte behind it: -1 if there is none. */
static int take_number(const char **s) {
        int n = 0;

        if (!isdigit((unsigned char) **s))
                return -1;
        for (; isdigit((unsigned char) **s); (*s)++)
                n = MIN2(n * 10 + **s - '0', 1000);
        return n;
}

/* Bold, italic, underlined; the six colours that show on black and on white, plain and bright. What
 * hides text, or moves the cursor, is none of them. */
static bool is_plain_attribute(int n) {
        return n == 0 || n == 1 || n == 3 || n == 4 || (n >= 31 && n <= 36) || n == 39 ||
               (n >= 90 && n <= 96);
}

/* Bytes of a change of colour at `s`, as systemd writes them: "ESC [ 0 m", "ESC [ 0 ; 1 ; 31 m",
 * "ESC [ 0 ; 38 : 5 : 245 m"; 0 if it is something else. */
static size_t colour_length(const char *s) {
        const char *p = startswith(s, "\033[0");
        int n;

        if (!p)
                return 0;
        while (*p == ';') {
                p++;
                n = take_number(&p);
                if (n == 38 && (*p == ';' || *p == ':') && p[1] == '5' && p[2] == *p) {
                        p += 3;
                        n = take_number(&p);
                        /* neither the near black nor the near white ones */
                        if (n < 100 || n > 250 || n == 231)
                                return 0;
                } else if (!is_plain_attribute(n))
                        return 0;
        }
        return *p == 'm' ? (size_t) (p + 1 - s) : 0;
}

/* Bytes before the next change of colour. */
static size_t text_length(const char *s) {
        const char *p = s;

        for (; *p; p++)
                if (*p == '\033' && colour_length(p) > 0)
                        break;
        return (size_t) (p - s);
}

char *terminal_text(const char *text, bool colours) {
        _cleanup_(freep) char *result = NULL;
        size_t size = 0;
        FILE *f;
        int r = 0;

        if (!colours)
                return escape_control(text, /* keep_newlines= */ true);
        f = open_memstream(&result, &size);
        if (!f)
                return NULL;
        while (r >= 0 && *text) {
                size_t n = text_length(text), m = colour_length(text + n);
                _cleanup_(freep) char *part = strndup(text, n), *harmless = NULL;

                harmless = part ? escape_control(part, /* keep_newlines= */ true) : NULL;
                if (!harmless || fputs(harmless, f) < 0 || fwrite(text + n, 1, m, f) != m)
                        r = -ENOMEM;
                text += n + m;
        }
        if (fclose(f) != 0 || r < 0)
                return NULL;
        return TAKE_PTR(result);
}

/* -- where it is printed ----------------------------------------------------------------- */

/* The pager's command; false if there is to be none. Root's is less without its commands: a user
 * who may call pm2ctl by sudo must not get a shell of it, nor choose the program. */
static bool find_pager(const char *argv[static 4]) {
        const char *chosen = getenv("SYSTEMD_PAGER");

        if (!chosen)
                chosen = getenv("PAGER");
        if (chosen && (isempty(chosen) || streq(chosen, "cat")))
                return false;
        if (chosen && geteuid() != 0) {
                argv[0] = "sh";
                argv[1] = "-c";
                argv[2] = chosen;
        } else
                argv[0] = "less";
        if (geteuid() == 0 && setenv("LESSSECURE", "1", /* overwrite= */ 1) < 0)
                return false;
        return setenv("LESS", LESS_OPTIONS, /* overwrite= */ 1) >= 0;
}

/* 1 if a pager has shown it. */
static int show_paged(const char *text) {
        _cleanup_(closep) int fd = -EBADF;
        const char *argv[4] = {};
        void (*handler)(int);
        int r;

        if (!isatty(STDOUT_FILENO) || !find_pager(argv))
                return 0;
        fd = memfd_create("text", MFD_CLOEXEC);
        if (fd < 0)
                return -errno;
        r = write_all(fd, text, strlen(text));
        if (r < 0)
                return r;
        if (lseek(fd, 0, SEEK_SET) < 0 || dup2(fd, STDIN_FILENO) < 0)
                return -errno;

        handler = signal(SIGINT, SIG_IGN); /* it is the pager's */
        r = process_run((char *const *) argv, STDOUT_FILENO);
        (void) signal(SIGINT, handler);
        return r >= 0 && r < 126; /* it was found */
}

int terminal_show(const char *text, bool pager) {
        int r = pager ? show_paged(text) : 0;

        if (r != 0)
                return MIN2(r, 0);
        return fputs(text, stdout) < 0 || fflush(stdout) != 0 ? -EIO : 0;
}
