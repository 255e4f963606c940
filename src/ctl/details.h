/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All that is known of one module, as one object: a row of `list`, and apps, settings, options,
 * actions, monitor, dependencies, error, limits. */

#include "basic/json.h"
#include "ctl/ctl.h"

/* Secrets are masked. What the caller may not read (settings, for anyone but the scope's owner) is
 * null. 1 and the object, 0 if the module is not installed. Negative if something cannot be read;
 * `ret` has the rest then, or is NULL. */
int details_collect(Context *c, const char *name, Error *e, json_object **ret);
