/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The caller's npm configuration, collected to be handed to the fetch unit, which can see none of
 * these files. */

#include "basic/error.h"
#include "basic/json.h"

/* {"npmrc": [text…], "env": {npm_config_*: value}}: the global .npmrc files, then the user's; a
 * file that is not there is left out, one that cannot be read is an error. */
int npm_config_collect(json_object *request, Error *e);
