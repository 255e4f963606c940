/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/options.h"

#include <getopt.h>
#include <limits.h>

#include "basic/log.h"
#include "basic/string-util.h"

#define OPTIONS_MAX 64
#define OPTION_BASE 256 /* above every letter: getopt's value of row 0 */

static int argument_kind(const Option *o) {
        return !o->metavar            ? no_argument
               : o->metavar[0] == '[' ? optional_argument
                                      : required_argument;
}

static int option_apply(const Option *o, const char *argument, void *args) {
        void *field = (char *) args + o->offset;

        switch (o->kind) {
        case OPTION_SET:
                *(bool *) field = true;
                return 0;
        case OPTION_CLEAR:
                *(bool *) field = false;
                return 0;
        case OPTION_STRING:
                /* as from a variable that is not set */
                if (isempty(argument)) {
                        log_error("Option '--%s' needs a value: it is empty.", o->name);
                        return -EINVAL;
                }
                *(const char **) field = argument;
                return 0;
        case OPTION_PARSE:
                return o->parse(argument, field);
        }
        return -EINVAL;
}

static const Option *find_letter(const Option *table, size_t n, int letter) {
        for (size_t i = 0; i < n; i++)
                if (table[i].letter == letter)
                        return table + i;
        return NULL;
}

static const Option *find_nearest(const Option *table, size_t n, const char *word) {
        const Option *found = NULL;
        unsigned best = UINT_MAX;

        for (size_t i = 0; i < n; i++) {
                unsigned d = table[i].help ? near_miss(table[i].name, word) : UINT_MAX;

                if (d < best) {
                        best = d;
                        found = table + i;
                }
        }
        return found;
}

/* Words beside such an option may be secret, and standard error may be a log. */
static bool has_private(const Option *table, size_t n, int argc, char **argv) {
        for (size_t i = 0; i < n; i++)
                for (int k = 1; table[i].is_private && k < argc; k++)
                        if (startswith(argv[k], "--") && streq(argv[k] + 2, table[i].name))
                                return true;
        return false;
}

/* `follows`: after words, so that it may have been meant as a value. */
static int refuse_option(const Option *table, size_t n, const char *word, bool follows, int c) {
        const char *begin = word + strspn(word, "-");
        _cleanup_(freep) char *name = strndup(begin, strcspn(begin, "="));
        const Option *near = name ? find_nearest(table, n, name) : NULL;

        if (c == ':')
                log_error("Option '%s' needs an argument.", word);
        else if (near)
                log_error("Unknown option '%s'; did you mean '--%s'?", word, near->name);
        else if (follows)
                log_error("Unknown option '%s'; --help lists them. A value that begins with '-' "
                          "goes after '--'.",
                          word);
        else
                log_error("Unknown option '%s'; --help lists them.", word);
        return -EINVAL;
}

/* "-5" and "-.5" are values, as no option is a digit. */
static bool is_negative_number(const char *word) {
        return word[0] == '-' && strchr("0123456789.", word[1]) && word[1];
}

/* The table as getopt_long() wants it. */
typedef struct Getopt {
        struct option longs[OPTIONS_MAX + 1];
        char letters[OPTIONS_MAX * 3 + 3];
} Getopt;

static void getopt_fill(const Option *table, size_t n, Getopt *ret) {
        char *t;

        *ret = (Getopt) {};
        /* '-' in front: words come in their places, so that a number can be told from an option. */
        t = stpcpy(ret->letters, "-:");
        for (size_t i = 0; i < n; i++) {
                int kind = argument_kind(table + i);

                ret->longs[i] = (struct option) { table[i].name, kind, NULL,
                                                  OPTION_BASE + (int) i };
                if (!table[i].letter)
                        continue;
                *t++ = table[i].letter;
                for (int k = 0; k < kind; k++)
                        *t++ = ':';
        }
}

/* -EINVAL after a message. `word` is what getopt_long() has looked at. */
static int getopt_refuse(const Option *table, size_t n, int argc, char **argv, const char *word,
                         char *const *words, size_t n_words, int c) {
        if (c != '?' || n_words <= 1 || !has_private(table, n, argc, argv))
                return refuse_option(table, n, word, n_words > 1, c);
        log_error(
                "Unknown option after '%s', not shown since it may be secret. A value that begins "
                "with '-' goes after '--'.",
                words[n_words - 1]);
        return -EINVAL;
}

int options_parse(const Option *table, size_t n, int argc, char **argv, void *args, bool *given,
                  char ***ret_words, char ***ret_behind) {
        _cleanup_(freep) char **words = NULL;
        bool separated = false;
        size_t n_words = 0;
        Getopt g;
        int r;

        assert(n <= OPTIONS_MAX);

        words = calloc((size_t) argc + 1, sizeof(char *));
        if (!words)
                return log_oom();
        getopt_fill(table, n, &g);

        /* Makes getopt start anew, and sets optind to 1. */
        optind = 0;
        (void) getopt_long(1, argv, g.letters, g.longs, NULL);
        while (optind < argc && !separated) {
                const char *word = argv[optind]; /* stays the same for all letters of a word */
                const Option *o;
                int c;

                if (is_negative_number(word)) {
                        words[n_words++] = argv[optind++];
                        continue;
                }
                c = getopt_long(argc, argv, g.letters, g.longs, NULL);
                separated = c < 0;
                if (c == 1)
                        words[n_words++] = optarg;
                if (c <= 1)
                        continue;
                if (c == '?' || c == ':')
                        return getopt_refuse(table, n, argc, argv, word, words, n_words, c);
                o = c >= OPTION_BASE ? table + (c - OPTION_BASE) : find_letter(table, n, c);
                r = option_apply(o, optarg, args);
                if (r < 0)
                        return r;
                if (given)
                        given[o - table] = true;
        }

        if (ret_behind)
                *ret_behind = separated ? words + n_words : NULL;
        while (optind < argc)
                words[n_words++] = argv[optind++];
        *ret_words = TAKE_PTR(words);
        return 0;
}

/* An optional argument's brackets hold the '=' already: "[=MODE]". */
static const char *metavar_separator(const Option *o) {
        return !o->metavar || o->metavar[0] == '[' ? "" : "=";
}

void options_print_help(const Option *table, size_t n) {
        for (size_t i = 0; i < n; i++) {
                _cleanup_(freep) char *left = NULL;
                const Option *o = table + i;
                char letter[4] = "  ";

                if (!o->help)
                        continue;
                if (o->letter)
                        (void) snprintf(letter, sizeof(letter), "-%c", o->letter);
                if (strdupf(&left, "%s --%s%s%s", letter, o->name, metavar_separator(o),
                            o->metavar ? o->metavar : "") < 0)
                        return;
                printf("  %-26s %s\n", left, o->help);
        }
}
