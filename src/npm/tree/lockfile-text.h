/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The order and the layout in which npm writes lock files, with secrets in addresses masked:
 * a release can be read by every user. */

#include "basic/json.h"

/* The document as text with a line end; NULL if out of memory. The caller frees. */
char *lockfile_to_text(json_object *o);
