/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The modules' units that have said something: their records, and the lines that they have
 * begun. */

#include "basic/macro.h"

typedef struct AxmMessage AxmMessage;
typedef struct Error Error;
typedef struct JournalEntry JournalEntry;
typedef struct RecordSource RecordSource;

/* Units remembered; beyond it those with nothing to write are forgotten until they say something
 * again. */
#define UNITS_MAX 2048

/* Bytes of unfinished lines kept at a time, roughly; above it lines are given up. */
#define UNITS_LINES_SIZE_MAX (1024U * 1024U)

typedef struct Units Units;
typedef struct Unit Unit;

/* Records are files in `dir_fd`, which stays the caller's. -ENOMEM. */
int units_new(int dir_fd, Units **ret);
Units *units_free(Units *units);
DEFINE_CLEANUP(Units *, units_free);

/* The unit of that name: 1, 0 if it is not a module's; -ENOMEM. It is valid until the next call. */
int units_get(Units *units, const char *name, Unit **ret);

/* Whether this is not the invocation that said something last; "" never is. */
bool unit_is_new(const Unit *unit, const char *invocation);

/* Takes note that the unit said something. Cheap unless it was started anew. -ENOMEM. */
int unit_touch(Unit *unit, const RecordSource *source);

/* Applies a message. What is wrong with it or with the record's file is logged, now and then.
 * -ENOMEM. */
int unit_apply(Unit *unit, const RecordSource *source, const AxmMessage *m);

/* Logs that something of the unit's was refused, at most once a minute for each unit. */
void unit_complain(Unit *unit, int r, const Error *e, const char *what);

/* Whether an entry is part of a line in several entries; and whether its text is needed then. */
bool unit_line_concerns(const Unit *unit, const JournalEntry *entry);
bool unit_line_wants(const Unit *unit, const JournalEntry *entry);

/* Takes an entry that is, `text` being NULL where it is not needed: 1 and the line if it is
 * complete now, else 0; -ENOMEM. */
int unit_line_add(Unit *unit, const JournalEntry *entry, const char *text, size_t size, char **ret,
                  size_t *ret_size);

/* Unfinished lines of all units. */
size_t units_count_lines(const Units *units);

/* Gives them up. */
void units_drop_lines(Units *units);

/* Writes the records whose time has come, or with `all` every changed one. Returns how many changes
 * are still unwritten. */
size_t units_flush(Units *units, bool all);
