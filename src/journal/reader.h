/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads and follows what modules' units write to the journal. Only the fields that
 * journald itself adds say which unit wrote an entry, never those that any process can send. */

#include <sys/types.h>

#include "basic/macro.h"
#include "model/scope-kind.h"

typedef struct Error Error;
typedef struct JournalEntry JournalEntry;
typedef struct JournalPosition JournalPosition;

#define JOURNAL_FIELD_LARGE (1024U * 1024U)

typedef struct JournalReader JournalReader;

/* Opens the journal for a scope's units; the user scope's are those of `uid`. `folder` (may be
 * NULL) is read in place of the machine's own journal. An errno of libsystemd's, with a clause. */
int journal_reader_open(ScopeKind scope, uid_t uid, const char *folder, Error *e,
                        JournalReader **ret);
JournalReader *journal_reader_close(JournalReader *reader);
DEFINE_CLEANUP(JournalReader *, journal_reader_close);

/* Goes behind the entry with that cursor: 1; or, if it is not there (any more), to where it would
 * be: 0. -EINVAL for what is not a cursor. */
int journal_reader_seek(JournalReader *reader, const char *cursor);

/* Goes behind that entry, which libsystemd looks for by its number: it misses it where another's is
 * damaged. 1, or 0 if it is not found so, which may be since the clock was set back. */
int journal_reader_seek_by_time(JournalReader *reader, const char *cursor);

/* Before the first entry. */
int journal_reader_seek_head(JournalReader *reader);

/* About there (microseconds since the epoch): the next entries may be a little older. */
int journal_reader_seek_realtime(JournalReader *reader, uint64_t usec);

/* 1 and the next entry, 0 if there is none yet. -EBADMSG or -ENOMEM for an entry that cannot be
 * read or whose number is damaged: the next ones come; -ESTALE if a file was deleted while it was
 * read: the journal is to be opened anew. */
int journal_reader_next(JournalReader *reader, JournalEntry *ret);

/* Of the current entry, as all below; -EBADMSG or -ENOMEM if it cannot be read: 1 and a copy of a
 * field's value, terminated, 0 if it has none. At most `max` + 1 bytes are copied, so that a longer
 * one can be told. */
int journal_reader_get(JournalReader *reader, const char *field, size_t max, char **ret,
                       size_t *ret_size);

/* -EADDRNOTAVAIL if there is no current entry. */
int journal_reader_cursor(JournalReader *reader, char **ret);
int journal_reader_position(JournalReader *reader, JournalPosition *ret);

/* Microseconds since the epoch. */
int journal_reader_realtime(JournalReader *reader, uint64_t *ret_usec);

/* Whether there is any entry of this boot (in a folder: any at all), of whatever kind, that we may
 * read; and for the system's scope, whether we may read what is written now. */
bool journal_reader_sees_anything(JournalReader *reader);

/* Whether the caller may read any entry, of whatever age and kind, of the journal where a scope's
 * modules write: the system's own files, or for a user any. */
bool journal_is_readable(ScopeKind scope);

/* Takes note of files that came or went: 1 if any did, -ESTALE if the directory that journald
 * writes to may be another one. New entries of known files are found without it. An entry of a new
 * file may be older than one that was read already: it is passed over unless the caller goes
 * back. */
int journal_reader_process(JournalReader *reader);

/* Whether it holds memory for a field of more than JOURNAL_FIELD_LARGE: libsystemd unpacks fields
 * as a whole, up to 768 MiB, and keeps the room until the file is closed. */
bool journal_reader_is_bloated(const JournalReader *reader);

/* Opens the journal anew; the caller goes where it was. A reader that has read much holds memory
 * for every file it has passed. */
int journal_reader_reopen(JournalReader *reader);
