/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a unit wrote before it failed. */

#include "ctl/ctl.h"

/* The last lines that the unit's latest run left in the journal since `since_usec` (now_usec(); 0:
 * nothing was started, nothing is shown), to standard error. Frames of a stack but the first give
 * way to what stands before them: the error. systemd's lines where it has none of its own. */
void excerpt_show(const Context *c, const char *unit, uint64_t since_usec);
