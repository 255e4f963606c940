/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Numbers as JavaScript writes and reads them: what a module makes of a setting. */

#include "basic/macro.h"

#define NUMBER_TEXT_MAX 40

/* What String(d) gives: the shortest text that reads back as the same number. */
void number_text(double d, char text[NUMBER_TEXT_MAX]);

/* What Number(s) gives; false where that is NaN. A text of blanks is 0, "0x10" is 16. */
bool number_parse(const char *s, double *ret);

/* Whether both are the same number. */
bool number_equal(double a, double b);
