/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The one check that every string of a unit's properties has to pass. */

typedef struct Error Error;

#define PROPERTY_STRING_MAX 4096U /* PATH_MAX; nothing else of ours comes near */
#define PROPERTY_TEXT_MAX   256U  /* of a description; status tables cut it anyway */

/* UTF-8, no control characters, no space at either end, no backslash at the end, not longer than
 * PROPERTY_STRING_MAX: 0, else -EINVAL with a clause that names the property. */
int property_check(const char *name, const char *value, Error *e);

/* A copy that passes the check: one line, cut to PROPERTY_TEXT_MAX bytes, what a terminal could
 * take amiss spelled out. May be empty. NULL if out of memory. */
char *property_harmless(const char *text);
