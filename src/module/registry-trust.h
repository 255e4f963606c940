/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which keys of registries are trusted: what a fetch gets of the remembered ones, and what
 * is remembered of its answer. */

#include "basic/json.h"
#include "module/modules.h"

/* Adds the policy of pm2ctl.ini, and what is remembered of registries, to a request. The store has
 * to be open. -EBADMSG for a file that is damaged, which must not be taken for a first use. */
int registry_trust_add(const Modules *modules, json_object *request, Error *e);

/* Remembers what the answer says of registries, in one step and under the store's lock, and notes
 * what has changed. -EKEYREJECTED where a key is not what it was, and then nothing is remembered;
 * -EBADMSG for an answer that is none. `ret_keyid` (borrowed from the answer) is the key that the
 * module is signed with; NULL: none. */
int registry_trust_take(const Modules *modules, json_object *answer, Error *e,
                        const char **ret_keyid);
