/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What of the journal the caller may read, which is where modules' words are. */

#include "module/modules.h"

/* What root can do for a caller who may read nothing. */
#define JOURNAL_ACCESS_REMEDY \
        "root can set Storage=persistent in journald.conf and restart systemd-journald, or add " \
        "you to group systemd-journal"

/* Whether what modules report can be recorded: a user's relay reads what that user may. True where
 * the journal cannot be opened, since nothing is known then. */
bool modules_are_recordable(const Modules *modules);

/* -EACCES and the remedy where nothing that modules print can be read by the caller. */
int modules_check_logs(const Modules *modules, Error *e);
