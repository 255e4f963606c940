/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>

#include "basic/log.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/ctl.h"

#define BLANKS " \t\n"

/* Takes one word off *s as a shell would, without its expansions. 1 and the word, 0 at the end. */
static int take_word(const char **s, char **ret) {
        const char *p = *s + strspn(*s, BLANKS);
        char *word, *t, quote = 0;

        if (!*p) {
                *s = p;
                return 0;
        }
        word = t = malloc(strlen(p) + 1);
        if (!word)
                return -ENOMEM;

        for (; *p && (quote || !strchr(BLANKS, *p)); p++)
                if (quote ? *p == quote : *p == '\'' || *p == '"')
                        quote = quote ? 0 : *p;
                else if (*p == '\\' && p[1] && (!quote || (quote == '"' && strchr("\\\"", p[1]))))
                        *t++ = *++p;
                else
                        *t++ = *p;
        *t = 0;
        *s = p;
        *ret = word;
        if (!quote)
                return 1;
        free(word);
        return -EINVAL;
}

static int run_multiset(const void *args, char **words) {
        _cleanup_(strv_freep) char **pairs = NULL;
        int r;

        STRV_FOREACH(text, words) {
                const char *s = *text;
                char *word;

                while ((r = take_word(&s, &word)) > 0)
                        if (strv_consume(&pairs, word) < 0)
                                return log_oom();
                if (r == -EINVAL) {
                        log_error("Nothing is set: a quote is not closed.");
                        return EXIT_USAGE;
                }
                if (r < 0)
                        return log_oom();
        }
        if (!pairs) {
                log_error("Expected 'KEY VALUE' in one word.");
                return EXIT_USAGE;
        }
        return verb_set.run(args, pairs);
}

const Verb verb_multiset = {
        "multiset",
        NULL,
        "'KEY VALUE KEY VALUE…'",
        "The same, with all pairs in one word",
        1,
        VERB_ANY,
        run_multiset,
};
