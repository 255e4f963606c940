/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What proves who somebody is does not belong where others read it: passwords and tokens within
 * addresses, and .npmrc's own lines. Every message and every file that others may read goes through
 * here. */

#include "basic/macro.h"

#define ADDRESS_MASK "***"

/* A copy of the text in which the password of "SCHEME://USER:PASSWORD@", the lone token of
 * "https://TOKEN@", that of "github:USER:TOKEN@", the values of query fields like "?access_token="
 * and of "_authToken=" are ADDRESS_MASK. Masking twice is masking once. NULL if out of memory. */
char *mask_addresses(const char *text);

/* Whether something is missing from an address for that reason. */
bool address_is_masked(const char *text);
