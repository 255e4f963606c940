/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the manager is told of the module (sd_notify(3)). In the system scope its socket is hidden
 * from the unit, so that a module cannot tell the manager anything itself: pm2ctl passes one that
 * is connected as standard input, and the manager keeps a copy (FDSTORE=1) for later starts. The
 * bridge has it, the module never does. Elsewhere $NOTIFY_SOCKET is a path to it. */

#include "basic/macro.h"

/* Takes the socket that was passed or kept, or connects to $NOTIFY_SOCKET. Without a manager what
 * is said goes nowhere. */
int notify_open(void);

/* The descriptor, close-on-exec; negative: there is none. For who arranges descriptors. */
int notify_fd(void);
void notify_moved(int fd);

/* Whether it was sent. */
bool notify_send(const char *state);

/* Returns when the manager has read what was sent, or after this long. */
void notify_barrier(uint64_t usec);
