/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The scripts of the package that is packed or published. */

#include "fetch/package-request.h"

/* Runs the package's script of that name in its folder, if there is one and scripts are not
 * ignored. -EPERM and others where root would run a script that another user may write to, -EIO if
 * it failed; with a clause. */
int package_script_run(const PackageRequest *request, json_object *package, const char *event,
                       Error *e);
