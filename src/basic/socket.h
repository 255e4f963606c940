/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Unix sockets. */

#include "basic/macro.h"

/* A datagram socket that is connected to an address as sd_notify(3) has them: a path, or "@NAME"
 * for an abstract one. */
int connect_datagram(const char *address);
