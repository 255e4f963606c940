/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "module/modules.h"

/* Whether the module's settings can be read, as far as the caller may tell: -EBADMSG with the file
 * and line. With a damaged file its launcher would only fail, after what runs now was stopped: to
 * be asked before. */
int module_check_settings(const Modules *modules, const char *name, Error *e);
