/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Leaves the network, but for a loopback device of this process' own: what PrivateNetwork= does for
 * a unit of the system manager, and a user's manager cannot do. 1; 0 where the kernel does not let
 * a user do so; negative if it went wrong half-way. */
int private_network_enter(void);
