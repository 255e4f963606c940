/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The text of a range, word by word: what stands between two "||" becomes a list of comparators. */

#include "npm/spec/comparator.h"

/* A copy without white space at the ends, and one blank for any white space within. NULL if out of
 * memory. */
char *range_flatten(Slice text);

/* Appends the comparators of one alternative; clobbers the text. In loose mode words that mean
 * nothing are left out, and the list may stay empty. -EINVAL, -ENOMEM. */
int range_parse_set(char *text, SemverFlags flags, ComparatorList *list);
