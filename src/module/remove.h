/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Taking a module off the disk. */

#include "module/modules.h"

/* The store must be open. Removes a module whose units are stopped: its folder, its data and what
 * was recorded of it. Its settings stay. The caller holds the module's lock. The module is gone
 * with the first step, one rename; what a process that is killed after it leaves,
 * modules_clean_up() removes. */
int module_remove(Modules *modules, const char *name, Error *e);

/* What a module leaves beside its folder: removes its data and what was recorded of it. */
int module_remove_traces(Modules *modules, const char *name, Error *e);
