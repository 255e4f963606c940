/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Values that were set for secret keys, in each form in which a module may send them: as they are,
 * without the blanks around them, in JSON text, in a URL, as numbers. */

#include <limits.h>

#include "basic/macro.h"

typedef struct json_object json_object;

/* A shorter secret is looked for only as a whole string: "on" is part of many words. */
#define SECRET_PART_MIN 4

typedef struct SecretText {
        char *text; /* owned, not terminated */
        size_t size;
} SecretText;

typedef struct SecretValues {
        SecretText *texts;
        size_t n_texts;
        double *numbers;
        size_t n_numbers;
        bool first[UCHAR_MAX + 1]; /* bytes that a secret begins with: most text holds none */
} SecretValues;

/* Every string and number in `value` is a secret from now on. -ENOMEM. */
int secret_values_add(SecretValues *s, json_object *value);
int secret_values_add_text(SecretValues *s, const char *text);

/* Bytes of the longest secret of at least SECRET_PART_MIN bytes that the text begins with, 0 if
 * there is none. `size` is at least 1. */
size_t secret_values_longest(const SecretValues *s, const char *text, size_t size);

/* The same, inline, since it is asked at every byte. */
static inline size_t secret_values_match(const SecretValues *s, const char *text, size_t size) {
        return s->first[(unsigned char) text[0]] ? secret_values_longest(s, text, size) : 0;
}

/* Whether all of the text, or the number, is a secret. */
bool secret_values_contain(const SecretValues *s, const char *text, size_t size);
bool secret_values_contain_number(const SecretValues *s, double d);

void secret_values_done(SecretValues *s);
