/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The caller's npm configuration, which pm2ctl put into the request. */

#include "basic/json.h"
#include "npm/registry/npmrc.h"

/* `files` is an array of .npmrc files, {"path", "text"}, the strongest last; `env` an object of
 * npm_config_* variables and of those that the files name; a value of another type is ignored.
 * Proxy variables of this unit are added. Errors of npmrc_new() and npmrc_add(), with a clause. */
int caller_npmrc_read(json_object *files, json_object *env, Error *e, Npmrc **ret);
