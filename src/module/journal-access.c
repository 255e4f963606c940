/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/journal-access.h"

#include "journal/entry.h"
#include "journal/reader.h"

static int open_reader(const Modules *modules, JournalReader **ret) {
        return journal_reader_open(modules->scope.kind, geteuid(), /* folder= */ NULL,
                                   /* e= */ NULL, ret);
}

bool modules_are_recordable(const Modules *modules) {
        _cleanup_(journal_reader_closep) JournalReader *reader = NULL;

        /* The system's relay is in the group that may read all. */
        return modules->scope.kind == SCOPE_SYSTEM || open_reader(modules, &reader) < 0 ||
               journal_reader_sees_anything(reader);
}

/* In the system scope a module may run as the very user who asks, who then may read what it says.
 */
static bool sees_any_module(const Modules *modules) {
        _cleanup_(journal_reader_closep) JournalReader *reader = NULL;
        JournalEntry entry;

        return open_reader(modules, &reader) >= 0 && journal_reader_seek_head(reader) >= 0 &&
               journal_reader_next(reader, &entry) > 0;
}

int modules_check_logs(const Modules *modules, Error *e) {
        if (journal_is_readable(modules->scope.kind) || sees_any_module(modules))
                return 0;
        if (modules->scope.kind == SCOPE_SYSTEM && geteuid() != 0)
                return error_set(e, -EACCES,
                                 "only root and group systemd-journal may read the system's "
                                 "journal; use sudo, or --user for modules of your own");
        return error_set(e, -EACCES,
                         "the journal keeps nothing that you may read; " JOURNAL_ACCESS_REMEDY);
}
