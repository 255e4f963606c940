/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A place in the journal that can be compared: journald numbers entries in series, one per set of
 * files it has written. The times beside it are a check: a number may be damaged, and what journald
 * copies from one set of files to another is numbered anew. */

#include "basic/macro.h"

#define ID128_TEXT_MAX 32 /* 128 bits as journald writes them: invocations, streams, series */

typedef struct JournalPosition {
        char series[ID128_TEXT_MAX + 1]; /* "" if unknown */
        uint64_t number;
        unsigned part;                 /* of an entry that counts as several */
        char boot[ID128_TEXT_MAX + 1]; /* "" if unknown */
        uint64_t monotonic_usec, realtime_usec;
} JournalPosition;

/* From a cursor, "s=<series>;i=<number>;b=<boot>;m=<monotonic>;t=<realtime>…", of which the first
 * two are needed. -EINVAL if it is not one, -EBADMSG if a number in it must be
 * damaged. */
int journal_position_from_cursor(const char *cursor, JournalPosition *ret);

/* Whether p has a higher number than `than` and was written earlier all the same, in one boot and
 * by both clocks: one of the two numbers is damaged. */
bool journal_position_strayed(const JournalPosition *p, const JournalPosition *than);

/* Whether a reader that has read up to `than` has read p: it is that entry or was written earlier,
 * going by the numbers, but by the times where the two disagree. */
bool journal_position_reached(const JournalPosition *p, const JournalPosition *than);
