/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Masking passwords and tokens in URLs, and in lines of .npmrc, before other users can read them.
 * Every message, and every file that others may read, goes through here. What is known to be
 * harmless is kept, anything else in such a place is masked: an unknown field or form may be a
 * secret as well. */

#include "basic/macro.h"

/* A copy of a specification or address in which "***" stands for what comes before the host
 * (by ssh for the password only), the values of the query, a fragment that cannot be a branch, tag,
 * range or path, and, where an address is malformed, all that may be a password by mistake.
 * Specifications without any of these come out as they are. Masking twice is masking once. NULL if
 * out of memory. */
char *mask_address(const char *spec);

/* The same for the addresses within a sentence, quoted or not, and for "_authToken=" and the like.
 */
char *mask_addresses(const char *text);

/* Whether something in it is masked. */
bool address_is_masked(const char *spec);
