/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which unit a standard output belongs to. In a user's scope journald can name the unit of only a
 * third of the lines that short-lived children print, but the stream it names is the same for all
 * of them: one line that has a unit tells it for the others. Messages that came before are
 * deferred. */

#include "journal/entry.h"

#define STREAMS_MAX 1024 /* known at a time; the least recently used is forgotten */

/* Messages waiting for their stream to be known, and bytes of them; the oldest are dropped. */
#define STREAMS_DEFERRED_MAX      512
#define STREAMS_DEFERRED_SIZE_MAX (512U * 1024U)

typedef struct Stream {
        char id[ID128_TEXT_MAX + 1];
        char unit[JOURNAL_UNIT_MAX + 1]; /* any unit, a module's or not */
        char invocation[ID128_TEXT_MAX + 1];
        uint64_t used;
} Stream;

typedef struct DeferredLine {
        char stream[ID128_TEXT_MAX + 1];
        char *text; /* owned */
        size_t size;
        uint64_t realtime_usec;
} DeferredLine;

typedef struct Streams Streams;

/* -ENOMEM. */
int streams_new(Streams **ret);
Streams *streams_free(Streams *s);
DEFINE_CLEANUP(Streams *, streams_free);

/* What is known of a stream, borrowed until the next call; NULL if nothing is. */
const Stream *streams_find(Streams *s, const char *id);

/* Takes note of an entry that has both stream and unit. 1 if the stream was not known before, else
 * 0; -ENOMEM. */
int streams_learn(Streams *s, const JournalEntry *entry);

/* Keeps a line of an unknown stream; takes the text over, also on failure. -EFBIG for one that is
 * larger than all may be together. */
int streams_defer(Streams *s, const char *id, char *text, size_t size, uint64_t realtime_usec);

/* Hands out the oldest line deferred for a stream: 1, or 0 if there is none. The caller frees its
 * text. */
int streams_take_deferred(Streams *s, const char *id, DeferredLine *ret);

/* Lines deferred for any stream. */
size_t streams_count_deferred(const Streams *s);

/* Drops all of them. */
void streams_drop_deferred(Streams *s);
