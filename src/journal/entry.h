/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is read of every entry at a glance, from its fields as the journal has them:
 * "NAME=value". */

#include <sys/types.h>

#include "model/journal-position.h"
#include "model/scope-kind.h"

#define JOURNAL_UNIT_MAX 255 /* systemd's limit of a unit's name */

/* How an entry that came through a standard output ends. */
typedef enum JournalBreak {
        JOURNAL_BREAK_NONE,     /* with its line */
        JOURNAL_BREAK_LINE_MAX, /* journald cut an overlong line; the rest is in the next entries */
        JOURNAL_BREAK_PID,      /* without a newline, and another process went on */
} JournalBreak;

/* "" stands for a field that is not there. */
typedef struct JournalEntry {
        char unit[JOURNAL_UNIT_MAX + 1]; /* the unit that wrote it, in the reader's scope */
        char invocation[ID128_TEXT_MAX + 1];
        char stream[ID128_TEXT_MAX + 1]; /* the standard output it came through */
        JournalBreak line_break;
        bool structured; /* carries AXM_TYPE= */
        bool braced;     /* MESSAGE= begins with a brace */
} JournalEntry;

/* Empties it, for the fields of the next entry. */
void journal_entry_clear(JournalEntry *e);

/* Takes a field, "NAME=value" and its size, if it is one of those. */
bool journal_entry_take(JournalEntry *e, ScopeKind scope, const char *data, size_t size);

/* Whether the field names another user than `uid` as the owner of the unit: a process of the user
 * may run in another user's unit of the same name. */
bool journal_field_is_foreign(uid_t uid, const char *data, size_t size);
