/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A program's options as a table: parsing, --help and completion come from it. */

#include "basic/macro.h"

typedef enum OptionKind {
        OPTION_SET,    /* bool at offset becomes true */
        OPTION_CLEAR,  /* bool at offset becomes false */
        OPTION_STRING, /* const char * at offset points at the argument, which is not empty */
        OPTION_PARSE,  /* parse() is asked */
} OptionKind;

typedef struct Option {
        const char *name;    /* without the dashes */
        char letter;         /* 0 if there is none */
        const char *metavar; /* NULL if it takes no argument; "[=X]" an optional one */
        const char *help;    /* NULL hides it */
        OptionKind kind;
        size_t offset; /* of the field it writes, in the caller's structure */
        int (*parse)(const char *argument, void *field); /* 0, or negative after a message */
        const char *verbs; /* " install update ": the verbs that take it; NULL: all */
        bool is_private;   /* with it, an unknown option that follows words is not shown */
} Option;

/* Writes the options into `args` and leaves the words. Options and words may come in any order,
 * "--" ends the options, and a negative number is a word. `ret_behind` (may be NULL) points to the
 * first word behind "--", or to the NULL at the end; it is NULL where there is no "--". If `given`
 * is not NULL, it has one entry per table row, set where the option was given. 0 and the vector of
 * words (pointing into argv; free() it), or -EINVAL after a message to standard error. */
int options_parse(const Option *table, size_t n, int argc, char **argv, void *args, bool *given,
                  char ***ret_words, char ***ret_behind);

/* Prints the table's lines of --help. */
void options_print_help(const Option *table, size_t n);
