/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/unicode.h"

#include <locale.h>
#include <pthread.h>
#include <wctype.h>

#include "basic/string-util.h"

#define HANGUL_FIRST  0xac00
#define HANGUL_LAST   0xd7a3
#define HANGUL_LEADS  0x1100
#define HANGUL_VOWELS 0x1161
#define HANGUL_TAILS  0x11a7
#define HANGUL_N_V    21
#define HANGUL_N_T    28

/* A canonical decomposition ends after few steps; this is only a fence. */
#define PARTS_MAX 8

static const struct {
        uint16_t c, first, second;
} decompositions[] = {
#include "basic/unicode-table.h"
};

static locale_t unicode_locale;
static pthread_once_t unicode_once = PTHREAD_ONCE_INIT;

static void unicode_make_locale(void) {
        unicode_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t) 0);
}

/* By way of the upper case: some letters share only that. Without the locale ASCII is left. */
static uint32_t fold_case(uint32_t c) {
        if (c < 0x80 || !unicode_locale)
                return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
        return towlower_l(towupper_l(c, unicode_locale), unicode_locale);
}

static size_t find_decomposition(uint32_t c) {
        size_t low = 0, high = ELEMENTSOF(decompositions);

        while (low < high) {
                size_t middle = (low + high) / 2;

                if (decompositions[middle].c == c)
                        return middle;
                if (decompositions[middle].c < c)
                        low = middle + 1;
                else
                        high = middle;
        }
        return ELEMENTSOF(decompositions);
}

/* Writes the parts of one character, base first; returns how many. */
static size_t decompose_character(uint32_t c, uint32_t parts[static PARTS_MAX]) {
        uint32_t marks[PARTS_MAX];
        size_t n = 0, n_marks = 0, i;

        if (c >= HANGUL_FIRST && c <= HANGUL_LAST) {
                c -= HANGUL_FIRST;
                parts[n++] = HANGUL_LEADS + c / (HANGUL_N_V * HANGUL_N_T);
                parts[n++] = HANGUL_VOWELS + c / HANGUL_N_T % HANGUL_N_V;
                if (c % HANGUL_N_T > 0)
                        parts[n++] = HANGUL_TAILS + c % HANGUL_N_T;
                return n;
        }

        while (n_marks < PARTS_MAX - 1 &&
               (i = find_decomposition(c)) < ELEMENTSOF(decompositions)) {
                if (decompositions[i].second)
                        marks[n_marks++] = decompositions[i].second;
                c = decompositions[i].first;
        }

        parts[n++] = fold_case(c);
        while (n_marks > 0)
                parts[n++] = marks[--n_marks];
        return n;
}

static bool is_mark(uint32_t c) {
        return (c >= 0x0300 && c <= 0x036f) || (c >= 0x1ab0 && c <= 0x1aff) ||
               (c >= 0x1dc0 && c <= 0x1dff) || (c >= 0x20d0 && c <= 0x20ff) ||
               (c >= 0xfe20 && c <= 0xfe2f);
}

/* Puts a run of marks in the order of their numbers as they are appended. */
static void append_in_order(uint32_t *text, size_t *n, uint32_t c) {
        size_t at = (*n)++;

        for (; is_mark(c) && at > 0 && is_mark(text[at - 1]) && text[at - 1] > c; at--)
                text[at] = text[at - 1];
        text[at] = c;
}

static char *encode_text(const uint32_t *text, size_t n) {
        char *encoded, *t;

        encoded = t = malloc(n * 4 + 1);
        if (!encoded)
                return NULL;
        for (size_t i = 0; i < n; i++)
                t += utf8_encode(text[i], t);
        *t = 0;
        return encoded;
}

int unicode_fold(const char *text, char **ret) {
        _cleanup_(freep) uint32_t *folded = NULL;
        size_t size = strlen(text), n = 0;

        (void) pthread_once(&unicode_once, unicode_make_locale);
        folded = malloc((size + 1) * PARTS_MAX * sizeof(uint32_t));
        if (!folded)
                return -ENOMEM;

        while (size > 0) {
                uint32_t c, parts[PARTS_MAX];
                size_t length = utf8_decode(text, size, &c), n_parts;

                if (length == 0)
                        return -EINVAL;
                n_parts = decompose_character(c, parts);
                for (size_t i = 0; i < n_parts; i++)
                        append_in_order(folded, &n, parts[i]);
                text += length;
                size -= length;
        }

        *ret = encode_text(folded, n);
        return *ret ? 0 : -ENOMEM;
}
