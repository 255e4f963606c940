/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "journal/line-join.h"

#include "basic/string-util.h"

void line_join_reset(LineJoin *j) {
        free(j->text);
        *j = (LineJoin) {};
}

static bool is_under_way(const LineJoin *j, const JournalEntry *entry) {
        return j->stream[0] && streq(j->stream, entry->stream);
}

bool line_join_wants(const LineJoin *j, const JournalEntry *entry) {
        return is_under_way(j, entry) ? j->text != NULL : entry->braced;
}

static int append_text(LineJoin *j, const char *text, size_t size) {
        char *grown = realloc(j->text, j->size + size + 1);

        if (!grown)
                return -ENOMEM;
        memcpy(grown + j->size, text, size);
        j->text = grown;
        j->size += size;
        j->text[j->size] = 0;
        return 0;
}

/* A program prints JSON without a newline at its end, and then another program prints: these are
 * two lines after all. */
static bool is_complete(const LineJoin *j, JournalBreak line_break) {
        return line_break == JOURNAL_BREAK_NONE ||
               (line_break == JOURNAL_BREAK_PID && j->size > 0 && j->text[j->size - 1] == '}');
}

int line_join(LineJoin *j, const JournalEntry *entry, const char *text, size_t size, size_t max) {
        bool cut = entry->line_break == JOURNAL_BREAK_LINE_MAX;
        int r;

        assert(j);

        if (!is_under_way(j, entry)) {
                line_join_reset(j);
                /* What does not begin like a message is none where only another process goes on. */
                if (!entry->braced && !cut)
                        return 0;
                (void) snprintf(j->stream, sizeof(j->stream), "%s", entry->stream);
                if (!entry->braced)
                        text = NULL;
        } else if (!j->text)
                text = NULL;

        if (!text) {
                if (!cut)
                        line_join_reset(j);
                return 0;
        }

        r = append_text(j, text, size);
        if (r < 0)
                return r;
        if (j->size > max) {
                free(j->text);
                j->text = NULL;
                j->size = 0;
                if (!cut)
                        line_join_reset(j);
                return -EFBIG;
        }
        return is_complete(j, entry->line_break);
}
