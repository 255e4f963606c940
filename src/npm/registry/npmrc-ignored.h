/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Settings that change what npm installs, and nothing here. */

#include "npm/registry/npmrc.h"

/* The next of them that is set to something else than what is done anyway; NULL after the last. `i`
 * is 0 before the first. */
const char *npmrc_next_ignored(const Npmrc *n, size_t *i);
