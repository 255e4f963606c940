/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What processes that were killed have left: each command that changes something ends it first. */

#include "module/modules.h"

/* Stops the units of killed installs and waits for it, and removes their files and those of killed
 * removals. The store must be open. What another process is at work on is left alone. */
int modules_clean_up(Modules *modules, Error *e);

/* The same for what works without: a failure is a note, CLEANUP_FAILED, but none for a caller who
 * may not write to the state. */
void modules_try_clean_up(Modules *modules);
