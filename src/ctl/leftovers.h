/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What commands that were killed have left: each command that changes something ends it first. */

#include "ctl/ctl.h"

/* Stops the units of killed installs, and removes their files and those of killed uninstalls. The
 * store must be open. */
int leftovers_clear(Context *c, Error *e);

/* The same for a command that works without: a failure is a warning, and nothing is said to who may
 * not write to the state. */
void leftovers_try_clear(Context *c);

/* Removes a module that does not run: its folder, its data and what was recorded of it. Settings
 * stay. */
int module_remove(Context *c, const char *name, Error *e);
