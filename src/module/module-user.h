/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which user a module is to run as. */

#include "module/install-outcome.h"

/* -EINVAL where a user or group was asked for that does not go with the scope, or a group without
 * a user; -ESRCH and the like where there is none of that name. module_install() asks this before
 * anything is fetched; a caller that installs several modules may ask before all of them. */
int module_user_check(const Modules *modules, const InstallOptions *options, Error *e);

/* The same, and records both in the module. */
int module_user_record(const Modules *modules, const InstallOptions *options, Module *m, Error *e);
