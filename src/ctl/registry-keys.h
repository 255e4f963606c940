/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Registry signatures as pm2ctl sees them: what it asks of pm2-fetch, and what it remembers of the
 * answer. */

#include "basic/json.h"
#include "ctl/ctl.h"

/* Adds the policy of pm2ctl.ini, and what is remembered of registries. */
int registry_keys_add(Context *c, json_object *request, Error *e);

/* Remembers what the answer says of registries, and tells what has changed. `ret_keyid` (borrowed)
 * is the key that the module is signed with; NULL: none. */
int registry_keys_take(Context *c, json_object *answer, Error *e, const char **ret_keyid);
