/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/address-mask.h"

#include "basic/mask-specification.h"
#include "basic/mask-words.h"

#define PUNCTUATION ":,;.!?)]}>'\"" /* that may follow a word of a sentence */

/* The quote that ends what begins before p: one that more of the same word does not follow. */
static const char *find_closing(const char *p, const char *end, char quote) {
        for (const char *q = p; (q = find_first(q, end, quote)); q++)
                if (q > p && (q + 1 == end || strchr(SPACES PUNCTUATION, q[1])))
                        return q;
        return NULL;
}

/* Whether what looks like an address goes on behind its first blank. */
static bool is_broken(const char *p, const char *word, const char *end) {
        const char *colon, *authority, *scheme = address_find_scheme(p, word, &colon, &authority);

        return scheme && !find_last(authority, word, '@') &&
               address_find_odd_port(authority, word) && find_last(word, end, '@');
}

static void mask_text(Masking *m);

/* At a quote that may begin something. */
static bool mask_quoted(Masking *m) {
        const char *closing = find_closing(m->p + 1, m->end, *m->p), *blank, *colon, *rest;

        if (!closing)
                return false;
        copy_to(m, m->p + 1);
        blank = find_any(m->p, closing, SPACES);
        colon = find_first(m->p, blank, ':');
        mask_part(m, closing,
                  blank == closing || (colon && colon + 1 < blank) ||
                                  address_find_scheme(m->p, blank, &colon, &rest)
                          ? mask_specification
                          : mask_text);
        copy_to(m, closing + 1);
        return true;
}

/* "NAME = VALUE" as .npmrc has it. */
static void mask_assigned(Masking *m, const char *start) {
        const char *value = m->p + strspn(m->p, " ");

        if (value >= m->end || *value != '=' || !word_ends_with_npmrc_name(start, m->p))
                return;
        copy_to(m, value + 1 + strspn(value + 1, " "));
        hide_to(m, find_any(m->p, m->end, SPACES));
}

static void mask_word(Masking *m) {
        const char *start = m->p, *word = find_any(start, m->end, SPACES), *end = word, *colon,
                   *authority;

        /* NAME="ADDRESS" */
        for (const char *q = start + 1; q < word && end == word; q++)
                if (strchr("'\"", *q) && strchr("=:", q[-1]) && find_closing(q + 1, m->end, *q) &&
                    !address_find_scheme(start, q, &colon, &authority))
                        end = q;
        if (end - start > 3 && memcmp(end - 3, "…", 3) == 0)
                end -= 3;
        while (end > start && strchr(PUNCTUATION, end[-1]))
                end--;
        if (end == start)
                end = start + 1;
        else if (is_broken(start, end, m->end))
                end = find_any(find_last(end, m->end, '@'), m->end, SPACES);
        mask_part(m, end, mask_specification);
        mask_assigned(m, start);
}

static void mask_text(Masking *m) {
        const char *start = m->p;

        while (m->p < m->end) {
                bool begins = m->p == start || strchr(SPACES "=:,([{<", m->p[-1]);

                if (strchr(SPACES "=:,([{<>)]};", *m->p))
                        copy_to(m, m->p + 1);
                else if (!strchr("'\"", *m->p) || !begins || !mask_quoted(m))
                        mask_word(m);
        }
}

static char *mask_with(const char *text, void (*how)(Masking *)) {
        size_t n = strlen(text);
        /* no byte becomes more than itself and a mask */
        _cleanup_(freep) char *out = malloc((1 + strlen(ADDRESS_MASK)) * n + 1);
        Masking m = { text, text + n, out };

        if (!out)
                return NULL;
        how(&m);
        *m.out = 0;
        return TAKE_PTR(out);
}

char *mask_address(const char *spec) {
        return mask_with(spec, mask_specification);
}

char *mask_addresses(const char *text) {
        return mask_with(text, mask_text);
}

bool address_is_masked(const char *spec) {
        return strstr(spec, ADDRESS_MASK);
}
