/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The directories of the machine's journal: below /run, or below /var once journald may write
 * there, which is when the latter comes (journalctl --flush). libsystemd watches only those that
 * are there when it opens the journal. */

#include <sys/stat.h>

#include "basic/macro.h"

#define JOURNAL_DIRECTORIES 2

typedef struct JournalDirectories {
        struct stat stats[JOURNAL_DIRECTORIES]; /* zeros: not there */
} JournalDirectories;

/* Whether a directory came, went or was made anew since the last call. */
bool journal_directories_changed(JournalDirectories *d);

/* Whether the system's journal is there and we may not read it, as in a /var/log/journal that was
 * made by hand. */
bool journal_directory_is_locked(void);
