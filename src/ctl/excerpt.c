/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/excerpt.h"

#include "basic/clock.h"
#include "basic/process.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "journal/reader.h"

#define LINES_MAX 10
#define SHOWN_MAX 500U /* bytes that are shown */

/* journald reads what units print when it gets to it, and does not say when it has. */
#define TRIES      15
#define PAUSE_USEC (100 * USEC_PER_MSEC)

/* The last lines of the invocation that wrote last. */
typedef struct Excerpt {
        char invocation[ID128_TEXT_MAX + 1];
        char *lines[LINES_MAX]; /* the i-th at i % LINES_MAX */
        size_t n;               /* ever added */
        bool in_stack;
} Excerpt;

static void excerpt_done(Excerpt *x) {
        for (size_t i = 0; i < LINES_MAX; i++)
                free(x->lines[i]);
        *x = (Excerpt){};
}

/* "    at main (/x.js:1:7)" */
static bool is_frame(const char *line) {
        size_t indent = strspn(line, " \t");

        return indent > 0 && startswith(line + indent, "at ");
}

static int excerpt_add(Excerpt *x, const JournalEntry *entry, const char *line) {
        bool frame = is_frame(line), skip = frame && x->in_stack;

        if (!streq(x->invocation, entry->invocation)) {
                excerpt_done(x);
                (void) strcpy(x->invocation, entry->invocation);
        }
        x->in_stack = frame;
        if (skip || line[strspn(line, " \t")] == 0)
                return 0;
        return free_and_strdup(&x->lines[x->n++ % LINES_MAX], line) < 0 ? -ENOMEM : 0;
}

static uint64_t to_realtime(uint64_t usec) {
        struct timespec t;

        (void) clock_gettime(CLOCK_REALTIME, &t);
        return (uint64_t) t.tv_sec * USEC_PER_SEC + (uint64_t) t.tv_nsec / NSEC_PER_USEC -
               (now_usec() - usec);
}

/* Collects the unit's lines of that time (since the epoch) and later. */
static int collect(JournalReader *reader, const char *unit, uint64_t since, Excerpt *x) {
        int r;

        r = journal_reader_seek_realtime(reader, since);
        while (r >= 0) {
                _cleanup_(freep) char *text = NULL;
                JournalEntry entry;
                uint64_t usec;
                size_t size;

                r = journal_reader_next(reader, &entry);
                if (r == 0)
                        return 0;
                if (r == -EBADMSG) { /* one entry that is damaged */
                        r = 0;
                        continue;
                }
                if (r < 0 || entry.structured || !streq(entry.unit, unit))
                        continue;
                if (journal_reader_realtime(reader, &usec) < 0 || usec < since ||
                    journal_reader_get(reader, "MESSAGE", SHOWN_MAX, &text, &size) <= 0)
                        continue;
                r = excerpt_add(x, &entry, text);
        }
        return r;
}

/* Until nothing more comes. */
static int wait_and_collect(const Context *c, const char *unit, uint64_t since, Excerpt *x) {
        size_t before = 0;
        int r = 0;

        for (int i = 0; r >= 0 && i < TRIES; i++) {
                _cleanup_(journal_reader_closep) JournalReader *reader = NULL;

                if (i > 0)
                        (void) usleep(PAUSE_USEC);
                excerpt_done(x);
                r = journal_reader_open(c->modules.scope.kind, geteuid(), /* folder= */ NULL,
                                        /* e= */ NULL, &reader);
                if (r >= 0)
                        r = collect(reader, unit, since, x);
                if (x->n > 0 && x->n == before)
                        break;
                before = x->n;
        }
        return r;
}

static int show_all_lines(const Context *c, const char *unit, uint64_t since) {
        _cleanup_(strv_freep) char **argv = NULL;
        int r;

        r = strv_extend(&argv, "journalctl");
        if (r >= 0)
                r = strv_extendf(
                        &argv, "%s%s",
                        c->modules.scope.kind == SCOPE_USER ? "--user-unit=" : "--unit=", unit);
        if (r >= 0)
                r = strv_extendf(&argv, "--since=@%llu.%06llu",
                                 (unsigned long long) (since / USEC_PER_SEC),
                                 (unsigned long long) (since % USEC_PER_SEC));
        if (r >= 0)
                r = strv_extendf(&argv, "--lines=%d", LINES_MAX);
        if (r >= 0)
                r = strv_extend(&argv, "--no-pager");
        if (r >= 0)
                r = strv_extend(&argv, "--quiet");
        return r < 0 ? r : process_run(argv, STDERR_FILENO);
}

void excerpt_show(const Context *c, const char *unit, uint64_t since_usec) {
        _cleanup_(excerpt_done) Excerpt x = {};
        uint64_t since;

        if (!unit || since_usec == 0)
                return;
        since = to_realtime(since_usec);
        (void) wait_and_collect(c, unit, since, &x);
        if (x.n == 0)
                (void) show_all_lines(c, unit, since);
        for (size_t i = x.n > LINES_MAX ? x.n - LINES_MAX : 0; i < x.n; i++) {
                _cleanup_(freep) char *line = escape_control(x.lines[i % LINES_MAX],
                                                             /* keep_newlines= */ false);

                fprintf(stderr, "  | %s\n", line ?: "");
        }
}
