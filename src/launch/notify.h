/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Notifications of the module's state to the manager (sd_notify(3)). In the system scope its socket
 * is hidden from the unit, so that a module cannot tell the manager anything itself: what is run
 * before each start, as root and outside of the sandbox, connects to it and has the manager keep
 * that (FDSTORE=1), and pm2-launch finds it among its descriptors. The bridge has it, the module
 * never does. Elsewhere $NOTIFY_SOCKET is a path to it. */

#include "basic/macro.h"

/* pm2-launch's argument for notify_keep(). */
#define NOTIFY_OPTION "--notify"

/* Connects to $NOTIFY_SOCKET and has the manager keep that for what is started next in this unit.
 * Nothing without such a variable. */
int notify_keep(void);

/* Takes the socket that was kept, or connects to $NOTIFY_SOCKET. Without a manager what is said
 * goes nowhere. */
int notify_open(void);

/* The descriptor, close-on-exec; negative: there is none. For who arranges descriptors. */
int notify_fd(void);
void notify_moved(int fd);

/* Whether it was sent. */
bool notify_send(const char *state);

/* Returns when the manager has read what was sent, at the latest after some seconds. */
void notify_barrier(void);
