/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Up to where everything in the journal is done with, and the file that keeps it. */

#include "model/journal-position.h"

typedef struct JournalReader JournalReader;

/* Least time between two writes of the file. Entries read again after a crash change nothing, so
 * this only bounds how many those are. */
#define CHECKPOINT_WRITE_USEC (5 * USEC_PER_SEC)

typedef struct Checkpoint {
        char *cursor;             /* owned; NULL: nothing is done with */
        JournalPosition position; /* its, or that of the first entry read */
        bool unwritten;           /* since the file was written */
        bool unplaced;            /* what was read last is damaged and has no position */
        bool by_time;             /* a number is damaged: look for the cursor by its time */
        uint64_t advanced_usec, written_usec;
} Checkpoint;

/* Reads the file and has the reader go there; to the beginning, with a warning, if there is none or
 * the journal has no such entry (any more): near is not good enough, and reading entries again does
 * no harm. */
int checkpoint_load(Checkpoint *c, int dir_fd, JournalReader *reader);

/* Has the reader go back to the checkpoint: 1, or 0 if it is only near. */
int checkpoint_seek(const Checkpoint *c, JournalReader *reader);

/* The reader's current entry, and all before it, is done with. -EBADMSG, and the checkpoint stays,
 * if that entry's number is damaged: libsystemd does not show what has lower ones any more. The
 * reader is back at the checkpoint then, and does not come to that entry again. Where the entry has
 * no position at all, it is left to checkpoint_find_hidden() to go back. */
int checkpoint_advance(Checkpoint *c, JournalReader *reader, uint64_t now);

/* The same for the checkpoint itself, when nothing comes behind it: 1 if something was written
 * later, and the reader is there; else it is at the checkpoint, as before. */
int checkpoint_find_hidden(Checkpoint *c, JournalReader *reader);

/* Whether the file is to be written by now. */
bool checkpoint_is_due(const Checkpoint *c, uint64_t now);

/* Writes the file; that it cannot be written is logged. There must be a cursor. */
void checkpoint_write(Checkpoint *c, int dir_fd, uint64_t now);

void checkpoint_done(Checkpoint *c);
