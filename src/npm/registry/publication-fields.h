/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The fields of a package.json as registries expect them. Pure. */

#include "basic/json.h"

/* Brings the fields that people write in several forms into the one that npm publishes: repository,
 * bugs, homepage, author, contributors, maintainers, keywords, man, files, scripts, dependencies.
 * What cannot be brought into it is removed, as npm does. -ENOMEM. */
int publication_normalize(json_object *package);
