/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Up to where everything in the journal is done with, and the file that keeps it. */

#include "journal/reader.h"

/* Least time between two writes of the file. Entries read again after a crash change nothing, so
 * this only bounds how many those are. */
#define CHECKPOINT_WRITE_USEC (5 * USEC_PER_SEC)

typedef struct Checkpoint {
        char *cursor;             /* NULL: nothing is done with */
        JournalPosition position; /* its, or that of the first entry read */
        bool unwritten;           /* since the file was written */
        bool lost;                /* what was read last is damaged and has no place */
        bool astray;              /* a number is damaged: it is found by its time */
        uint64_t moved_usec, written_usec;
} Checkpoint;

/* Reads the file and has the reader go there; to the beginning if there is none, or if the journal
 * has no such entry (any more): near is not good enough, and reading entries again does no harm. */
int checkpoint_load(Checkpoint *p, int dir_fd, JournalReader *reader);

/* Has the reader go back to the place. */
int checkpoint_seek(const Checkpoint *p, JournalReader *reader);

/* The reader's current entry, and all before it, is done with. -EBADMSG, and the place stays, if
 * that entry's number is damaged: libsystemd shows what has lower ones no more. The reader is back
 * at the place then, and comes to that entry no more. Where the entry has no place at all, it is
 * left to checkpoint_find_hidden() to go back. */
int checkpoint_advance(Checkpoint *p, JournalReader *reader, uint64_t now);

/* The same for the place itself, when nothing comes behind it: 1 if something was written later,
 * and the reader is there; else it is at the place, as before. */
int checkpoint_find_hidden(Checkpoint *p, JournalReader *reader);

/* Whether the file is to be written, now or at the end; and writes it. */
bool checkpoint_is_due(const Checkpoint *p, uint64_t now);
void checkpoint_write(Checkpoint *p, int dir_fd, uint64_t now);

void checkpoint_done(Checkpoint *p);
