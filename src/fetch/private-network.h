/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Moves this process to a network with nothing but a loopback device: what PrivateNetwork= does for
 * a unit of the system manager, and a user's manager cannot do. 1, or 0 where the kernel does not
 * allow users to do so; negative if it failed half-way. */
int private_network_enter(void);
