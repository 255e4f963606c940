/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What other programs print for people, passed on: systemctl shows words of modules as they are (a
 * status text, arguments of processes, lines of the journal), and a terminal obeys some. */

#include "basic/macro.h"

/* Whether such a program may use colours here, by $SYSTEMD_COLORS or as our own tables have them.
 */
bool terminal_colours(void);

/* A copy in which a terminal finds nothing to obey: control characters are written \xNN or \uNNNN,
 * all but newlines, and with `colours` systemd's changes of colour. NULL if out of memory. */
char *terminal_text(const char *text, bool colours);

/* Prints it, with `pager` through one if standard output is a terminal. */
int terminal_show(const char *text, bool pager);
