/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads the registry's document of a package. */

#include "npm/registry/packument.h"

/* Reads the registry's document, the full one or the one for installers; the text is not needed any
 * longer. -EBADMSG and a clause for what is none, or is larger than the limits. */
int packument_parse(const char *text, size_t size, Error *e, Packument **ret);
