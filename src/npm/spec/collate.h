/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The order npm sorts names and paths in: the root collation of Unicode, of which ASCII is all that
 * package names need. Punctuation, digits, letters; capitals only decide between texts that are the
 * same otherwise. Other bytes come last. */
int collate(const char *a, const char *b);
