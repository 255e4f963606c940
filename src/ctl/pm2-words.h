/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* PM2's verbs and options that pm2ctl does not have, and what to use instead. docs/FROM-PM2.md has
 * the same table. */

#include "basic/macro.h"

/* What to use instead of a verb; NULL if PM2 has no such verb, or pm2ctl has it too. */
const char *pm2_verb_explain(const char *verb);

/* The same for an option, "--name" or "--name=x". */
const char *pm2_option_explain(const char *option);

/* Prints both tables, one word and its sentence a line, for the test that compares the document. */
void pm2_words_print(void);
