/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* axm messages as a person reads them, in the journal and in `systemctl status`. What comes out of
 * here holds no control character and no invalid UTF-8, whatever the module sent. */

#include "axm/message.h"

/* Longest MESSAGE= of an entry, and longest text of an exception, whose stack is worth reading. */
#define AXM_HUMAN_MAX     512
#define AXM_EXCEPTION_MAX 8192

/* Longest STATUS=: what fits into a line or two of `systemctl status`. */
#define AXM_STATUS_MAX 256

/* The MESSAGE= of a journal entry about the message. Only an exception's stack has line breaks.
 * NULL if out of memory. */
char *axm_message_human(const AxmMessage *m);

/* "CPU usage: 3.1%, Processes: 87", from the data of an axm:monitor message (or the part of it a
 * record keeps); "" where no metric has a value. NULL if out of memory. */
char *axm_monitor_status(json_object *metrics);

/* One metric's value with its unit, "3.1%" or "12 MB", from {"value":…,"unit":…} or a bare value;
 * "" if it has none. NULL if out of memory. */
char *axm_metric_text(json_object *metric);
