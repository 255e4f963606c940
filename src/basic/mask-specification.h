/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Masking what may be secret in one specification or address. */

#include "basic/mask-cursor.h"

/* What is read is one specification. */
void mask_specification(Masking *m);

/* The scheme of the first address, its colon, and what follows its slashes; NULL if there is none.
 * "//HOST" has an empty scheme. */
const char *address_find_scheme(const char *p, const char *end, const char **ret_colon,
                                const char **ret_authority);

/* Of an address without an '@' before its path: the colon behind which there is a password or
 * anything else than a port; NULL if there is none. */
const char *address_find_odd_port(const char *authority, const char *end);
