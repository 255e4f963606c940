/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"
#include "ctl/ctl.h"
#include "journal/reader.h"

void ctl_warn_unrecorded(const Context *c) {
        _cleanup_(journal_reader_closep) JournalReader *reader = NULL;
        int r;

        /* The system's relay is in the group that may read all. */
        if (c->scope.kind == SCOPE_SYSTEM)
                return;
        r = journal_reader_open(SCOPE_USER, geteuid(), /* folder= */ NULL, /* e= */ NULL, &reader);
        if (r < 0 || journal_reader_sees_anything(reader))
                return;
        log_warning("The journal keeps nothing that you may read, so what modules print and report "
                    "cannot be recorded; root can set Storage=persistent in journald.conf and "
                    "restart systemd-journald, or add you to group systemd-journal.");
}
