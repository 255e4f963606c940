/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From an entry of the journal to the unit that sent it and, if it is an axm message, into the
 * unit's record. Nearly all entries are plain text and leave at the first question. */

#include "basic/macro.h"
#include "model/scope-kind.h"

typedef struct JournalEntry JournalEntry;
typedef struct JournalReader JournalReader;
typedef struct Streams Streams;
typedef struct Units Units;

typedef struct Dispatcher {
        Units *units;
        Streams *streams; /* NULL in the system's scope, where journald knows every line's unit */
} Dispatcher;

/* Records are files in dir_fd, which stays the caller's. -ENOMEM. */
int dispatcher_init(ScopeKind scope, int dir_fd, Dispatcher *ret);
void dispatcher_done(Dispatcher *d);

/* Handles the reader's current entry. What is wrong with a message or a record is logged. What
 * makes journal_reader_get() fail is an error, and -ENOMEM. */
int dispatcher_take(Dispatcher *d, JournalReader *reader, const JournalEntry *entry);

/* Whether something read is neither in a record nor done with: a line whose end has not come, one
 * whose sender is unknown. */
bool dispatcher_is_waiting(const Dispatcher *d);

/* Gives that up. */
void dispatcher_drop_waiting(Dispatcher *d);
