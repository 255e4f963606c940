/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "ctl/ctl.h"
#include "journal/entry.h"
#include "journal/reader.h"

#define REMEDY                                                                                     \
        "root can set Storage=persistent in journald.conf and restart systemd-journald, or add "   \
        "you to group systemd-journal"

static int open_reader(const Context *c, JournalReader **ret) {
        return journal_reader_open(c->modules.scope.kind, geteuid(), /* folder= */ NULL,
                                   /* e= */ NULL, ret);
}

void ctl_warn_unrecorded(const Context *c) {
        _cleanup_(journal_reader_closep) JournalReader *reader = NULL;

        /* The system's relay is in the group that may read all. */
        if (c->modules.scope.kind == SCOPE_SYSTEM || open_reader(c, &reader) < 0 ||
            journal_reader_sees_anything(reader))
                return;
        log_warning("The journal keeps nothing that you may read, so what modules print and report "
                    "cannot be recorded; " REMEDY ".");
}

/* In the system scope a module may run as the very user who asks, who then may read what it says.
 */
static bool sees_any_module(const Context *c) {
        _cleanup_(journal_reader_closep) JournalReader *reader = NULL;
        JournalEntry entry;

        return open_reader(c, &reader) >= 0 && journal_reader_seek_head(reader) >= 0 &&
               journal_reader_next(reader, &entry) > 0;
}

int ctl_check_logs(const Context *c, Error *e) {
        if (journal_is_readable(c->modules.scope.kind) || sees_any_module(c))
                return 0;
        if (c->modules.scope.kind == SCOPE_SYSTEM && geteuid() != 0)
                return error_set(e, -EACCES,
                                 "only root and group systemd-journal may read the system's "
                                 "journal; use sudo, or --user for modules of your own");
        return error_set(e, -EACCES, "the journal keeps nothing that you may read; " REMEDY);
}
