/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A place in the journal that can be compared: journald numbers entries in series, one per set of
 * files it has written. */

#include "basic/macro.h"

#define ID128_TEXT_MAX 32 /* 128 bits as journald writes them: invocations, streams, series */

typedef struct JournalPosition {
        char series[ID128_TEXT_MAX + 1]; /* "" if unknown */
        uint64_t number;
        uint64_t realtime_usec; /* 0 if unknown; not compared */
        unsigned part;          /* of an entry that counts as several */
} JournalPosition;

/* From a cursor, "s=<series>;i=<number>;…". -EINVAL if it is none. */
int journal_position_from_cursor(const char *cursor, JournalPosition *ret);

/* Whether p is further behind `than` than journald can have written entries meanwhile: its number
 * is damaged then. */
bool journal_position_strayed(const JournalPosition *p, const JournalPosition *than);

/* Whether p is `than` or stands before it in the same series. */
bool journal_position_reached(const JournalPosition *p, const JournalPosition *than);
