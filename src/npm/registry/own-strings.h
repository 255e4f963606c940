/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Structures with strings in them, copied: `offsets` are those of the `n` strings. */

#include "basic/macro.h"

/* Replaces the strings, which are borrowed so far, by copies. -ENOMEM: those not copied are NULL.
 */
int own_strings(void *structure, const size_t *offsets, size_t n);

/* Wipes and frees them, and leaves NULL. */
void free_strings(void *structure, const size_t *offsets, size_t n);
