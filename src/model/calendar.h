/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* cron's way to say when, as PM2 takes it, in systemd's words. */

#include "basic/error.h"

/* Calendar events (systemd.time(7)) for "[SECOND] MINUTE HOUR DAY MONTH WEEKDAY", or for "@daily"
 * and the like; two where both days are given, of which either counts. -EINVAL with a clause that
 * names the part that cannot be said, or makes no sense. */
int cron_to_calendar(const char *text, Error *e, char ***ret);
