/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The values that a module gets, wherever they come from. */

#include "ctl/ctl.h"
#include "model/environment.h"
#include "store/settings.h"

/* The settings document of the package's first app: what its unit has from drop-ins is part of it
 * while the unit is loaded. `ret_origins` may be NULL; see environment_document(). */
int effective_settings(Context *c, const char *module, const Package *p, const Settings *global,
                       const Settings *own, Error *e, json_object **ret, json_object **ret_origins);
