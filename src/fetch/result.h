/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What came to lie in the tree: the module's name, version and origin, read from npm's own notes.
 */

#include "basic/error.h"
#include "basic/json.h"

/* {"name", "version", "source", "integrity", "packages": number, "scripts": whether any has install
 * scripts}. */
int result_read(const char *tree, Error *e, json_object **ret);
