/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads a manifest. */

#include "npm/registry/manifest.h"

/* From the text of a JSON object. -EBADMSG and a clause for what cannot be installed: no name, no
 * version, a dependency that is no text. `what` names the document in the clause. */
int manifest_parse(Slice text, const char *what, Error *e, Manifest **ret);

/* The same from an object, which is changed on the way. */
int manifest_from_json(json_object *json, const char *what, Error *e, Manifest **ret);
