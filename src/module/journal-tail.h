/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a unit wrote before it failed. */

#include "module/modules.h"

/* At most the last ten lines that the unit's latest run left in the journal since `since_usec`,
 * without empty ones. Frames of a stack but the first give way to what stands before them: the
 * error. NULL where there are none, or none that the caller may read. Lines are the module's words,
 * not made harmless. Blocks for up to 1.5 s, since journald takes its time to read what units
 * print. */
int journal_tail_read(const Modules *modules, const char *unit, uint64_t since_usec, char ***ret);

/* The realtime clock's time, in µs since the epoch, for one of now_usec(). */
uint64_t journal_tail_realtime(uint64_t usec);

#define JOURNAL_TAIL_LINES 10
