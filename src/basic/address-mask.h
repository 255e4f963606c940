/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What proves who somebody is does not belong where others read it: passwords and tokens within
 * addresses, and .npmrc's own lines. Every message and every file that others may read goes through
 * here. What is known to be harmless is kept, anything else in such a place is masked: a name of a
 * field or a shape that we have never seen can be a secret as well. */

#include "basic/macro.h"

/* A copy of a specification or address in which "***" stands for what comes before the host
 * (by ssh for the password only), the values of the query, a fragment that cannot be a branch, tag,
 * range or path, and, where an address is malformed, all that may be a password by mistake.
 * Specifications without any of these come out as they are. Masking twice is masking once. NULL if
 * out of memory. */
char *mask_address(const char *spec);

/* The same for the addresses within a sentence, quoted or not, and for "_authToken=" and its like.
 */
char *mask_addresses(const char *text);

/* Whether something is missing from an address for that reason. */
bool address_is_masked(const char *spec);
