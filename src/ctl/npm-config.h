/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The caller's npm configuration, collected to be handed to the fetch unit, which can see none of
 * these files. */

#include "basic/error.h"
#include "basic/json.h"

/* {"npmrc": [text…], "env": {name: value}}: the global .npmrc files, the user's, and that of the
 * folder one is in, the strongest last; a file that is not there is left out, one that cannot be
 * read is an error. The variables are those called npm_config_*, and what the files name as
 * ${NAME}.
 */
int npm_config_collect(json_object *request, Error *e);
