/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether a module can be started with its settings: to be asked before what runs now is stopped,
 * since its launcher would only fail. */

#include "model/package.h"
#include "module/modules.h"
#include "store/settings.h"

/* Whether the files can be read, as far as the caller may tell: -EBADMSG with the file and line. */
int module_check_settings(const Modules *modules, const char *name, Error *e);

/* Whether the package's units can be started with these settings. -E2BIG: the files are larger than
 * systemd takes; -ENOENT: an app's interpreter is not in the PATH that is set; -EINVAL: an
 * environment cannot hold them. */
int settings_check_start(const Package *p, const Settings *global, const Settings *own, Error *e);
