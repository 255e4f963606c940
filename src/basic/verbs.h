/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Verbs of a command line as a table of constant objects, one per source file. Their arity, unknown
 * verbs and misspelled ones are checked here; a verb's body starts with real work. */

#include <limits.h>

#include "basic/macro.h"

#define VERB_ANY   UINT_MAX
#define VERB_USAGE 2 /* exit status of a command line that makes no sense */

typedef struct Verb {
        const char *name;
        const char *aliases; /* " ls ps ", or NULL */
        const char *words;   /* what follows the verb, for --help: "MODULE…" */
        const char *help;    /* NULL hides it */
        unsigned min, max;   /* words after the verb */
        int (*run)(const void *args,
                   char **words); /* an exit status, or negative for EXIT_FAILURE */
} Verb;

/* The verb of that name or alias; NULL if there is none. */
const Verb *verbs_find(const Verb *const *verbs, size_t n, const char *name);

/* Runs words[0] with the rest. VERB_USAGE after a message for an unknown verb or a wrong number of
 * words. */
int verbs_dispatch(const Verb *const *verbs, size_t n, char **words, const void *args);

/* Prints the table's lines of --help. */
void verbs_print_help(const Verb *const *verbs, size_t n);

/* Whether a " a b c " list holds the word. */
bool word_list_contains(const char *list, const char *word);
