/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Everything that is wrong with a directory's package, for its author. What keeps it from being
 * installed is looked at by module/preflight.h; here are also what will not work as it is written,
 * and what will be missing once it is published. */

#include "basic/json.h"
#include "model/scope-kind.h"

/* Adds what is wrong in the directory `fd` to an array of findings (module/finding.h). -ENOMEM. */
int package_check(int fd, ScopeKind scope, json_object *findings);
