/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "module/modules.h"

/* Has a module started at boot, or not any more; whether it runs now does not change. With
 * `enabled` the services that go with modules are enabled too (module/services.h). 1 if anything
 * was changed, else 0. The store must be open. First ends what killed processes have left; waits
 * for the store's lock. -ENOENT: it is not installed. */
int module_set_enabled(Modules *modules, const char *name, bool enabled, Error *e);
