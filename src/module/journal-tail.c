/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/journal-tail.h"

#include "basic/clock.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "journal/entry.h"
#include "journal/reader.h"

#define SHOWN_MAX 500U /* bytes that are shown */

/* journald reads what units print when it gets to it, and does not say when it has. */
#define TRIES      15
#define PAUSE_USEC (100 * USEC_PER_MSEC)

/* The last lines of the invocation that wrote last. */
typedef struct Tail {
        char invocation[ID128_TEXT_MAX + 1];
        char *lines[JOURNAL_TAIL_LINES]; /* the i-th at i % JOURNAL_TAIL_LINES */
        size_t n;                        /* ever added */
        bool in_stack;
} Tail;

static void tail_done(Tail *t) {
        for (size_t i = 0; i < JOURNAL_TAIL_LINES; i++)
                free(t->lines[i]);
        *t = (Tail) {};
}

/* "    at main (/x.js:1:7)" */
static bool line_is_frame(const char *line) {
        size_t indent = strspn(line, " \t");

        return indent > 0 && startswith(line + indent, "at ");
}

static int tail_add(Tail *t, const JournalEntry *entry, const char *line) {
        bool frame = line_is_frame(line), skip = frame && t->in_stack;

        if (!streq(t->invocation, entry->invocation)) {
                tail_done(t);
                (void) strcpy(t->invocation, entry->invocation);
        }
        t->in_stack = frame;
        if (skip || line[strspn(line, " \t")] == 0)
                return 0;
        return free_and_strdup(&t->lines[t->n++ % JOURNAL_TAIL_LINES], line) < 0 ? -ENOMEM : 0;
}

uint64_t journal_tail_realtime(uint64_t usec) {
        return realtime_usec() - (now_usec() - usec);
}

/* Takes the entry that the reader is at, if it is one of the unit's lines of that time. */
static int tail_take(Tail *t, JournalReader *reader, const JournalEntry *entry, const char *unit,
                     uint64_t since) {
        _cleanup_(freep) char *text = NULL;
        uint64_t usec;
        size_t size;

        if (entry->structured || !streq(entry->unit, unit))
                return 0;
        if (journal_reader_realtime(reader, &usec) < 0 || usec < since ||
            journal_reader_get(reader, "MESSAGE", SHOWN_MAX, &text, &size) <= 0)
                return 0;
        return tail_add(t, entry, text);
}

/* Collects the unit's lines of that time (since the epoch) and later. */
static int tail_collect(Tail *t, JournalReader *reader, const char *unit, uint64_t since) {
        int r;

        r = journal_reader_seek_realtime(reader, since);
        if (r < 0)
                return r;
        for (;;) {
                JournalEntry entry;

                r = journal_reader_next(reader, &entry);
                if (r == -EBADMSG) /* one entry that is damaged */
                        continue;
                if (r <= 0)
                        return r;
                r = tail_take(t, reader, &entry, unit, since);
                if (r < 0)
                        return r;
        }
}

/* Until nothing more comes. */
static int tail_wait(Tail *t, ScopeKind scope, const char *unit, uint64_t since) {
        size_t before = 0;

        for (int i = 0; i < TRIES; i++) {
                _cleanup_(journal_reader_closep) JournalReader *reader = NULL;
                int r;

                if (i > 0)
                        (void) usleep(PAUSE_USEC);
                tail_done(t);
                r = journal_reader_open(scope, geteuid(), /* folder= */ NULL, /* e= */ NULL,
                                        &reader);
                if (r < 0)
                        return r;
                r = tail_collect(t, reader, unit, since);
                if (r < 0)
                        return r;
                if (t->n > 0 && t->n == before)
                        return 0;
                before = t->n;
        }
        return 0;
}

int journal_tail_read(const Modules *modules, const char *unit, uint64_t since_usec, char ***ret) {
        _cleanup_(strv_freep) char **lines = NULL;
        _cleanup_(tail_done) Tail t = {};
        int r;

        (void) tail_wait(&t, modules->scope.kind, unit, journal_tail_realtime(since_usec));
        for (size_t i = t.n - MIN2(t.n, (size_t) JOURNAL_TAIL_LINES); i < t.n; i++) {
                r = strv_extend(&lines, t.lines[i % JOURNAL_TAIL_LINES]);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(lines);
        return 0;
}
