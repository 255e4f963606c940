/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which modules the words of a command line mean. */

#include "ctl/ctl.h"

/* Names of installed modules: a word is a name, a unit's name, a pm_id, "." for the module that is
 * linked to this folder, or "all"; with c->arg->all no words are needed. Says itself what is wrong:
 * 0 and the names, each once, an exit status (EXIT_NO_MODULE, EXIT_USAGE) or negative. */
int select_modules(Context *c, char *const *words, char ***ret);

/* A verb that does something to each selected module by itself: what fails for one fails for that
 * one alone. Returns the exit status. */
int select_each(const void *args, char **words, int (*act)(Context *c, const char *name));
