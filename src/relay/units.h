/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The modules' units that have spoken, and their records. A record is in memory only while
 * something is done with it, since others may remove its file at any time: it is read at a message
 * and written soon after, but not for every message of a flood. */

#include "axm/record.h"
#include "journal/line.h"

/* Units remembered; beyond it those with nothing to write are forgotten until they speak again. */
#define UNITS_MAX 2048

/* Bytes of records and of unfinished lines kept at a time, roughly; above it records are written at
 * once, and lines are given up. */
#define UNITS_RECORDS_SIZE_MAX (2U * 1024U * 1024U)
#define UNITS_LINES_SIZE_MAX   (1024U * 1024U)

/* The least time between two writes of one record; longer where only metrics have changed. */
#define UNITS_WRITE_USEC   (250 * USEC_PER_MSEC)
#define UNITS_METRICS_USEC (1 * USEC_PER_SEC)

typedef struct Units Units;
typedef struct Unit Unit;

/* Records are files in `dir_fd`, which stays the caller's. */
int units_new(int dir_fd, Units **ret);
Units *units_free(Units *units);
DEFINE_CLEANUP(Units *, units_free);

/* The unit of that name: 1, 0 if it is none of a module's. It is valid until the next call. */
int units_get(Units *units, const char *name, Unit **ret);

/* Whether this is not the invocation that spoke last; "" never is. */
bool unit_is_new(const Unit *unit, const char *invocation);

/* Takes note that the unit spoke. Cheap unless it was started anew. */
int unit_touch(Unit *unit, const RecordSource *source);

/* Applies a message. What is wrong with it or with the record's file is logged, now and then. */
int unit_apply(Unit *unit, const RecordSource *source, const AxmMessage *m);

/* Logs that something of the unit's was refused, at most once a minute for each unit. */
void unit_complain(Unit *unit, int r, const Error *e, const char *what);

/* Whether an entry is part of a line in several entries; and whether its text is needed then. */
bool unit_line_concerns(const Unit *unit, const JournalEntry *entry);
bool unit_line_wants(const Unit *unit, const JournalEntry *entry);

/* Takes such an entry, `text` being NULL where it is not needed: 1 and the line if it is complete
 * now, else 0. */
int unit_line_add(Unit *unit, const JournalEntry *entry, const char *text, size_t size, char **ret,
                  size_t *ret_size);

/* Lines under way; and gives them up. */
size_t units_count_lines(const Units *units);
void units_drop_lines(Units *units);

/* Writes the records whose time has come, or with `all` every changed one. Returns how many changes
 * are still unwritten. */
size_t units_flush(Units *units, bool all);
