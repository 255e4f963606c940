/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What pm2-fetch tells pm2ctl about a tree that it fetched. */

#include "fetch/fetch.h"

/* An object with "name", "version", "source", "integrity" and "signed_by" of the module, "packages"
 * (how many), "scripts" (whether there are any to run), "registries" and "notices". -ENOENT and a
 * clause if the module is not in the tree. The caller owns `ret`. */
int answer_make(Fetch *f, Error *e, json_object **ret);
