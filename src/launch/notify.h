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
 * Without that variable nothing happens. */
int notify_keep(void);

/* Takes the socket that was kept, or connects to $NOTIFY_SOCKET. 0 without either: what is sent
 * then goes nowhere. */
int notify_open(void);

/* The descriptor, close-on-exec; negative: there is none. */
int notify_fd(void);

/* Its new number, once the caller has moved it. */
void notify_set_fd(int fd);

/* Whether the state, lines as in sd_notify(3), was sent. */
bool notify_send(const char *state);

/* Returns when the manager has read what was sent, at the latest after 5 s. */
void notify_barrier(void);
