/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a manifest says of dependencies. */

#include "npm/registry/manifest.h"

/* Fills in m->dependencies and m->bundled from m->json. -EBADMSG and a clause. `what` as in
 * manifest_parse(). */
int manifest_load_dependencies(Manifest *m, const char *what, Error *e);
