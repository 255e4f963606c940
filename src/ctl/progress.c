/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/progress.h"

#include <sys/ioctl.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/string-util.h"

#define PLAIN_USEC      (5 * USEC_PER_SEC) /* between the lines of a log */
#define COLUMNS_DEFAULT 80
#define MB              1e6

typedef struct Counts {
        unsigned resolved, fetched, total;
        unsigned long long bytes;
} Counts;

Progress progress_begin(void) {
        const char *term = getenv("TERM");

        /* messages of other levels than a person's would get into the line */
        return (Progress){
                .terminal = isatty(STDERR_FILENO) && log_get_max_level() == LOG_INFO &&
                            !isempty(term) && !streq(term, "dumb"),
                .began = now_usec(),
                .said = now_usec(),
        };
}

static void make_text(const Progress *p, const Counts *n, char *text, size_t size) {
        double seconds = (double) (now_usec() - p->began) / USEC_PER_SEC,
               megabytes = (double) n->bytes / MB;

        (void) snprintf(text, size, "resolved %u, fetched %u of %u, %.1f MB, %.1f MB/s",
                        n->resolved, n->fetched, n->total, megabytes,
                        seconds > 0 ? megabytes / seconds : 0);
}

/* Cut where the terminal would begin another line, of which there were no taking back. */
static void show(Progress *p, const char *text) {
        struct winsize w;
        int columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &w) >= 0 && w.ws_col > 0 ? w.ws_col
                                                                                : COLUMNS_DEFAULT;

        fprintf(stderr, "\r%.*s\033[K", columns - 1, text);
        (void) fflush(stderr);
        p->shown = true;
}

/* "waiting SECONDS WHAT", which a stranger may have chosen the words of. */
static bool make_waiting_text(const char *line, char *text, size_t size) {
        _cleanup_(freep) char *shown = NULL;
        unsigned seconds;
        int n = 0;

        if (sscanf(line, "waiting %u %n", &seconds, &n) != 1 || n == 0)
                return false;
        shown = escape_control(line + n, /* keep_newlines= */ false);
        (void) snprintf(text, size, "waiting for %.100s, %u s", shown ?: "an answer", seconds);
        return true;
}

bool progress_take(Progress *p, const char *line) {
        char text[160];
        Counts n;

        if (sscanf(line, "progress %u %u %u %llu", &n.resolved, &n.fetched, &n.total, &n.bytes) ==
            4)
                make_text(p, &n, text, sizeof(text));
        else if (!make_waiting_text(line, text, sizeof(text)))
                return false;
        if (p->terminal)
                show(p, text);
        else if (now_usec() - p->said >= PLAIN_USEC) {
                log_info("%s", text);
                p->said = now_usec();
        }
        return true;
}

void progress_end(Progress *p) {
        if (p->shown)
                fputs("\r\033[K", stderr);
        (void) fflush(stderr);
        p->shown = false;
}
