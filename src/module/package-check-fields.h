/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All that is wrong with a package.json, for its author: parsing it ends at the first error. */

#include "basic/json.h"

/* Adds a finding for each field that is refused, and puts something sound in its place where that
 * can be done, so that the rest can be looked at. -ENOMEM. */
int package_check_fields(json_object *package, json_object *findings);
