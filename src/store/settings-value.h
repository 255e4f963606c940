/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The values that settings can have. */

#include "basic/json.h"

/* Reads JSON as `set --json` takes it: what a file gives back and a module can read. -EINVAL or
 * -EBADMSG and the reason. A text "null" gives a NULL object. */
int settings_value_parse(const char *text, Error *e, json_object **ret);

/* -EINVAL and a clause for what cannot be written to a file and read back as it is, or is nested
 * more than KEY_DEPTH_MAX deep. `depth` is that of the value itself, 0 for a whole document. */
int settings_value_check(json_object *value, unsigned depth, Error *e);

/* The value as it stands in an environment: a text as it is, others as JSON. Owned by the value. */
const char *settings_value_text(json_object *value);
