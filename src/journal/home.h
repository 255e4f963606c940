/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where journald keeps its files: below /run, or below /var once it may, which is when the latter's
 * folder comes (journalctl --flush). libsystemd watches only those that are there when it opens. */

#include <sys/stat.h>

#include "basic/macro.h"

#define JOURNAL_HOMES 2

typedef struct JournalHome {
        struct stat folders[JOURNAL_HOMES]; /* zeros: not there */
} JournalHome;

/* Whether a folder came, went or was made anew since the last call. */
bool journal_home_changed(JournalHome *h);

/* Whether we may not read the system's journal that is there. Such is that in a /var/log/journal
 * that somebody made by hand. */
bool journal_home_is_locked(void);
