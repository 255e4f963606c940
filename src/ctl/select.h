/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which modules the words of a command line mean. */

#include "basic/json.h"
#include "ctl/ctl.h"

/* Names of installed modules: a word is a name, a unit's name, a pm_id, "." for the module that is
 * linked to this folder, or "all"; with c->arg->all no words are needed. Says itself what is wrong:
 * 0 and the names, each once, an exit status (EXIT_NO_MODULE, EXIT_USAGE) or negative. */
int select_modules(Context *c, char *const *words, char ***ret);

/* A verb that does something to each selected module by itself: what fails for one fails for that
 * one alone. `act` says itself what is wrong. With --json an array of results is printed, `done`
 * where all went well; NULL: `act` prints. Returns the exit status. */
int select_each(const void *args, char **words, int (*act)(Context *c, const char *name, Error *e),
                const char *done);

/* Adds to the array of what --json prints of a module that was dealt with: name, result ("failed"
 * rather than `done` if `r` is negative), error. */
int result_add(json_object *results, const char *name, const char *done, int r, const Error *e);

/* Prints that array if --json was given; returns `r`, or what went wrong. */
int results_print(const Context *c, json_object *results, int r);
