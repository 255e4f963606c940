/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The values that a module gets, wherever they come from. */

#include "basic/json.h"
#include "model/package.h"
#include "module/modules.h"
#include "store/settings.h"

/* The settings document of the package's first app: its own setting, else the global one, else what
 * its unit has from drop-ins, else the package's default. Drop-ins count while the unit is loaded
 * and the manager can be asked, for which the connection is opened and a call made. `ret_origins`
 * may be NULL; see environment_document(). Values are not masked. */
int settings_in_force(Modules *modules, const char *module, const Package *p,
                      const Settings *global, const Settings *own, Error *e, json_object **ret,
                      json_object **ret_origins);

/* The package of a module of which only the name is known: one app, no defaults. */
int package_unknown(const char *module, Package *ret);
