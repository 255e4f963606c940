/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Structured entries for the journal. */

#include "basic/macro.h"

#define JOURNAL_FIELDS_MAX 16

typedef struct JournalField {
        const char *name;  /* capital letters, digits and '_' */
        const char *value; /* NULL: the field is left out; newlines are fine */
} JournalField;

/* Sends one entry of at most JOURNAL_FIELDS_MAX fields; blocks while journald is busy. Without a
 * journal nothing happens. -ENOMEM, or an errno of sd_journal_sendv(3). */
int journal_send(const JournalField *fields, size_t n);

/* Waits until journald has read all that was sent before, by any process; at most this long.
 * -ETIMEDOUT, or an errno of a socket. */
int journal_wait_read(uint64_t timeout_usec);
