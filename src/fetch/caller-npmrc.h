/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* npm's configuration of the person who called pm2ctl, which came with the request. */

#include "basic/json.h"
#include "npm/registry/npmrc.h"

/* `texts` is an array of .npmrc texts, the strongest last; `env` an object of npm_config_*
 * variables and of those that the texts name; of anything else there is none. Variables of this
 * unit's own that say how to reach the network are added. What npmrc_new() and npmrc_add() return,
 * with a clause. */
int caller_npmrc_read(json_object *texts, json_object *env, Error *e, Npmrc **ret);
