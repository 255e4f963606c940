/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/verbs.h"

#include <limits.h>

#include "basic/log.h"
#include "basic/string-util.h"

bool word_list_contains(const char *list, const char *word) {
        size_t n = strlen(word);

        assert(list[0] == ' ');

        if (n == 0)
                return false;
        for (const char *p = list; (p = strstr(p, word)); p++)
                if (p > list && p[-1] == ' ' && p[n] == ' ')
                        return true;
        return false;
}

const Verb *verbs_find(const Verb *const *verbs, size_t n, const char *name) {
        for (size_t i = 0; i < n; i++)
                if (streq(verbs[i]->name, name) ||
                    (verbs[i]->aliases && word_list_contains(verbs[i]->aliases, name)))
                        return verbs[i];
        return NULL;
}

static const Verb *verbs_nearest(const Verb *const *verbs, size_t n, const char *name) {
        unsigned best = UINT_MAX;
        const Verb *found = NULL;

        for (size_t i = 0; i < n; i++) {
                unsigned d = verbs[i]->help ? near_miss(verbs[i]->name, name) : UINT_MAX;

                if (d < best) {
                        best = d;
                        found = verbs[i];
                }
        }
        return found;
}

/* A verb and what follows it, in the caller's buffer. */
static const char *verb_usage(const Verb *v, char *buffer, size_t size) {
        (void) snprintf(buffer, size, "%s%s%s", v->name, v->words ? " " : "",
                        v->words ? v->words : "");
        return buffer;
}

int verbs_dispatch(const Verb *const *verbs, size_t n, char **words, const void *args) {
        const Verb *v = verbs_find(verbs, n, words[0]);
        unsigned given = 0;
        char text[64];

        assert(words && words[0]);

        if (!v) {
                const Verb *near = verbs_nearest(verbs, n, words[0]);

                if (near)
                        log_error("Unknown verb '%s'; did you mean '%s'?", words[0], near->name);
                else
                        log_error("Unknown verb '%s'; --help lists them.", words[0]);
                return VERB_USAGE;
        }

        while (words[1 + given])
                given++;
        if (given < v->min || given > v->max) {
                log_error("Too %s arguments; usage: %s", given < v->min ? "few" : "many",
                          verb_usage(v, text, sizeof(text)));
                return VERB_USAGE;
        }
        return v->run(args, words + 1);
}

void verbs_print_help(const Verb *const *verbs, size_t n) {
        char left[64];
        int width = 0;

        for (size_t i = 0; i < n; i++)
                if (verbs[i]->help)
                        width = MAX2(width,
                                     display_width(verb_usage(verbs[i], left, sizeof(left))));
        for (size_t i = 0; i < n; i++) {
                if (!verbs[i]->help)
                        continue;
                (void) verb_usage(verbs[i], left, sizeof(left));
                printf("  %s%*s %s\n", left, width - display_width(left), "", verbs[i]->help);
        }
}
