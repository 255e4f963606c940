/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/ctl.h"

/* Prints the last lines that a unit wrote since `since_usec` (now_usec(); 0: nothing was started,
 * nothing is printed) to standard error, or what journalctl shows of it, systemd's own lines, where
 * it wrote none. */
void last_lines_show(const Context *c, const char *unit, uint64_t since_usec);
