/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/progress.h"

#include <sys/ioctl.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/string-util.h"

#define PLAIN_USEC      (5 * USEC_PER_SEC) /* between the lines of a log */
#define COLUMNS_DEFAULT 80
#define TEXT_MAX        160
#define MB              1e6

/* There is one standard error. */
static struct {
        bool terminal;
        bool shown;           /* something stands in the terminal's line */
        uint64_t began, said; /* µs of the monotonic clock */
} state;

static void state_begin(void) {
        const char *term = getenv("TERM");

        /* messages of other levels than a person's would get into the line */
        state.terminal = isatty(STDERR_FILENO) && log_get_max_level() == LOG_INFO &&
                         !isempty(term) && !streq(term, "dumb");
        state.began = state.said = now_usec();
}

static void counts_text(const ModuleProgress *n, char *text) {
        double seconds = (double) (now_usec() - state.began) / USEC_PER_SEC,
               megabytes = (double) n->bytes / MB;

        (void) snprintf(text, TEXT_MAX, "resolved %u, fetched %u of %u, %.1f MB, %.1f MB/s",
                        n->resolved, n->fetched, n->total, megabytes,
                        seconds > 0 ? megabytes / seconds : 0);
}

static void waiting_text(const ModuleProgress *n, char *text) {
        _cleanup_(freep) char *shown = escape_control(n->subject, /* keep_newlines= */ false);

        (void) snprintf(text, TEXT_MAX, "waiting for %.100s, %u s", shown ?: "an answer",
                        (unsigned) (n->usec / USEC_PER_SEC));
}

/* Cut where the terminal would begin another line, which could not be taken back. */
static void line_show(const char *text) {
        int columns = COLUMNS_DEFAULT;
        struct winsize w;

        if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) >= 0 && w.ws_col > 0)
                columns = w.ws_col;
        fprintf(stderr, "\r%.*s\033[K", columns - 1, text);
        (void) fflush(stderr);
        state.shown = true;
}

static void line_clear(void) {
        if (state.shown)
                fputs("\r\033[K", stderr);
        (void) fflush(stderr);
        state.shown = false;
}

static void text_show(const char *text) {
        if (state.terminal) {
                line_show(text);
                return;
        }
        if (now_usec() - state.said < PLAIN_USEC)
                return;
        log_info("%s", text);
        state.said = now_usec();
}

void progress_show(void *userdata, const ModuleProgress *progress) {
        char text[TEXT_MAX];

        switch (progress->kind) {
        case MODULE_PROGRESS_FETCH:
                log_info("Fetching %s…", progress->subject);
                return;
        case MODULE_PROGRESS_SCRIPTS:
                log_info("Running install scripts…");
                return;
        case MODULE_PROGRESS_BEGIN:
                state_begin();
                return;
        case MODULE_PROGRESS_COUNTS:
                counts_text(progress, text);
                text_show(text);
                return;
        case MODULE_PROGRESS_WAITING:
                waiting_text(progress, text);
                text_show(text);
                return;
        case MODULE_PROGRESS_END:
                line_clear();
                return;
        }
}
