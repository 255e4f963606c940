/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/secret-words.h"

#include "basic/address-mask.h"
#include "basic/string-util.h"
#include "basic/strv.h"

/* Where a verb's words may be secret: from the first one on (the verb itself is 0), each so many.
 */
static const struct {
        const char *verb;
        size_t first, step;
} secret_words[] = {
        { "set", 2, 2 },
        { "multiset", 1, 1 },
        { "trigger", 3, 1 },
        { "conf", 2, 1 }, /* KEY VALUE, or MODULE KEY VALUE */
};

static bool is_among_words(const char *word, const CommandLine *line, size_t first, size_t step) {
        size_t n = strv_length(line->words);

        for (size_t i = first; i < n; i += step)
                if (line->words[i] == word)
                        return true;
        return false;
}

bool word_may_be_secret(const char *word, const void *userdata) {
        const CommandLine *line = userdata;
        const char *otp = line->arg->otp;
        _cleanup_(freep) char *masked = NULL;

        /* a word by itself, or the end of --otp=CODE */
        if (otp && otp >= word && otp <= word + strlen(word))
                return true;
        for (size_t i = 0; i < ELEMENTSOF(secret_words); i++)
                if (streq(line->verb->name, secret_words[i].verb) &&
                    is_among_words(word, line, secret_words[i].first, secret_words[i].step))
                        return true;
        masked = mask_addresses(word);
        return !masked || !streq(masked, word);
}
