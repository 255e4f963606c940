/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "basic/json.h"
#include "module/modules.h"

/* The environment that a unit's main process was started with, from the kernel: an object of texts,
 * with secrets masked unless `show_secrets`. -ESRCH: it does not run; -EACCES: the caller may not
 * read it, or not which settings are secret. Blocks for a call to the manager. */
int unit_process_environment(Modules *modules, const char *module, const char *unit,
                             bool show_secrets, Error *e, json_object **ret);
