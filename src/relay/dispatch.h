/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From an entry of the journal to the unit that spoke and, if it is an axm message, into the unit's
 * record. Nearly all entries are plain text and leave at the first question. */

#include "journal/reader.h"
#include "relay/streams.h"
#include "relay/units.h"

typedef struct Dispatcher {
        Units *units;
        Streams *streams; /* NULL in the system's scope, where journald knows every line's unit */
} Dispatcher;

/* Records are files in dir_fd. */
int dispatcher_init(ScopeKind scope, int dir_fd, Dispatcher *ret);
void dispatcher_done(Dispatcher *c);

/* Handles the reader's current entry. Only what ends the program is an error. */
int dispatcher_take(Dispatcher *c, JournalReader *reader, const JournalEntry *entry);

/* Whether something read is neither in a record nor done with: a line whose end has not come, one
 * whose sender is unknown. And gives it up. */
bool dispatcher_is_waiting(const Dispatcher *c);
void dispatcher_drop_waiting(Dispatcher *c);
