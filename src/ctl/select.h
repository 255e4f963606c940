/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which modules the words of a command line mean. */

#include "basic/json.h"
#include "ctl/ctl.h"

/* Names of installed modules: a word is a name, a unit's name with or without ".service", a pm_id,
 * "." or another folder for the module that is linked to it, or "all"; with c->arg->all no words
 * are taken. Says itself what is wrong: 0 and the names, each once; EXIT_NO_MODULE and those of
 * the words that do mean one; EXIT_USAGE or negative, without names. `ret` is NULL before. Words
 * that mean none are added to `results` as failed; NULL: they are not. */
int select_modules(Context *c, char *const *words, json_object *results, char ***ret);

/* Whether that much was understood that --json has something to print. */
bool select_answers(int selected);

/* The exit status of a verb that did something to all that select_modules() found: a failure comes
 * before a word that meant none. */
int select_result(int selected, int done);

/* A verb that does something to each selected module by itself: what fails for one fails for that
 * one alone. `word` is what the module was named by; `act` says itself what is wrong. With --json
 * an array of results is printed, `done` where all went well; NULL: `act` prints. `act` returns 1
 * if something was changed, 0 if not, or a negative errno. Returns the exit status. */
int select_each(const void *args, char **words,
                int (*act)(Context *c, const char *name, const char *word, Error *e),
                const char *done);

/* Adds to the array of what --json prints of a module that was dealt with: name, result ("failed"
 * rather than `done` if `r` is negative), changed (if `r` is positive), error. `name` may be NULL.
 */
int result_add(json_object *results, const char *name, const char *done, int r, const Error *e);

/* Prints that array if --json was given; returns `r`, or what went wrong. */
int results_print(const Context *c, json_object *results, int r);
