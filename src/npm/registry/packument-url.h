/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The address of a packument. */

#include "basic/macro.h"

/* Where a registry has a package's document. Everything but the slash of a scope that is not plain
 * is encoded, and that slash too: npm's form. */
int packument_url(const char *registry, const char *name, char **ret);
