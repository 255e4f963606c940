/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* journald truncates the files it deletes, to have their space back at once, though readers have
 * them mapped; what they touch then raises SIGBUS, and libsystemd leaves that to the program. */

#include "basic/macro.h"

/* From now on a page whose file is gone reads as zeros, which libsystemd takes for a damaged file.
 * Handles the whole process. */
int sigbus_guard(void);

/* Whether that has happened since the last call. */
bool sigbus_happened(void);
