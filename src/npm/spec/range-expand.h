/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What stands for several comparators in a range, written out: "^1.2", "~1", "1.x", "1 - 2". */

#include "npm/spec/comparator.h"

/* What a word stands for: one or two comparators' texts, or nothing at all. */
typedef struct Expansion {
        char *lower, *upper; /* either may be NULL */
        bool any;            /* takes every version */
        bool unchanged;      /* the word is (perhaps) a comparator itself */
} Expansion;

void expansion_done(Expansion *e);

int range_expand_word(const char *word, SemverFlags flags, Expansion *e);

/* "1.2 - 3.4" becomes ">=1.2.0 <3.5.0-0"; 0 and NULL if the text is no such range. */
int range_expand_hyphen(const char *text, SemverFlags flags, char **ret);
