/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Puts together a line that journald wrote as several entries: it cuts at 48 KiB, and where another
 * process goes on with the line. Only lines that begin with a brace are kept, of the others just
 * where they end. */

#include "journal/entry.h"

typedef struct LineJoin {
        char stream[ID128_TEXT_MAX + 1]; /* "" while no line is under way */
        char *text;                      /* NULL: this line is passed over */
        size_t size;
} LineJoin;

/* Whether the text of this entry is needed: line_join() may get NULL otherwise. */
bool line_join_wants(const LineJoin *j, const JournalEntry *entry);

/* Takes the next entry of a standard output. 1 if it completes a line, which is in `text` until
 * line_join_reset(); 0 if not; -EFBIG if the line grows over `max` bytes: the rest is passed over;
 * -ENOMEM. */
int line_join(LineJoin *j, const JournalEntry *entry, const char *text, size_t size, size_t max);

/* Whether an entry is part of a line in several entries, so that line_join() must see it. */
static inline bool line_join_concerns(const LineJoin *j, const JournalEntry *entry) {
        return entry->line_break != JOURNAL_BREAK_NONE ||
               (j->stream[0] && strcmp(j->stream, entry->stream) == 0);
}

/* Forgets the line that is under way. */
void line_join_reset(LineJoin *j);
