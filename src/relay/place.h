/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Up to where everything in the journal is done with, and the file that keeps it. */

#include "journal/reader.h"

/* Least time between two writes of the file. Entries read again after a crash change nothing, so
 * this only bounds how many those are. */
#define PLACE_WRITE_USEC (5 * USEC_PER_SEC)

typedef struct Place {
        char *cursor;             /* NULL: nothing is done with */
        JournalPosition position; /* its, or that of the first entry read */
        bool unwritten;           /* since the file was written */
        uint64_t moved_usec, written_usec;
} Place;

/* Reads the file and has the reader go there; to the beginning if there is none, or if the journal
 * has no such entry (any more): near is not good enough, and reading entries again does no harm. */
int place_load(Place *p, int dir_fd, JournalReader *reader);

/* Has the reader go back to the place. */
int place_return(const Place *p, JournalReader *reader);

/* The reader's current entry, and all before it, is done with. -EBADMSG, and the place stays, if
 * that entry's number is damaged: everything written later would stand before it. */
int place_move(Place *p, JournalReader *reader, uint64_t now);

/* Whether the file is to be written, now or at the end; and writes it. */
bool place_is_due(const Place *p, uint64_t now);
void place_write(Place *p, int dir_fd, uint64_t now);

void place_done(Place *p);
