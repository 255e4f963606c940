/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/secret-values.h"

#include <ctype.h>

#include "basic/json.h"
#include "basic/number.h"

void secret_values_done(SecretValues *s) {
        for (size_t i = 0; i < s->n_texts; i++)
                free(s->texts[i].text);
        free(s->texts);
        free(s->numbers);
        *s = (SecretValues) {};
}

/* -- looking for them -------------------------------------------------------------------------- */

size_t secret_values_longest(const SecretValues *s, const char *text, size_t size) {
        size_t longest = 0;

        for (size_t i = 0; i < s->n_texts; i++) {
                const SecretText *t = s->texts + i;

                if (t->size >= SECRET_PART_MIN && t->size <= size && t->size > longest &&
                    memcmp(text, t->text, t->size) == 0)
                        longest = t->size;
        }
        return longest;
}

bool secret_values_contain(const SecretValues *s, const char *text, size_t size) {
        for (size_t i = 0; i < s->n_texts; i++)
                if (s->texts[i].size == size && memcmp(s->texts[i].text, text, size) == 0)
                        return true;
        return false;
}

bool secret_values_contain_number(const SecretValues *s, double d) {
        for (size_t i = 0; i < s->n_numbers; i++)
                if (number_equal(s->numbers[i], d))
                        return true;
        return false;
}

/* -- adding ------------------------------------------------------------------------------------ */

static int add_form(SecretValues *s, const char *text, size_t size) {
        SecretText *grown;
        char *copy;

        if (size == 0 || secret_values_contain(s, text, size))
                return 0;

        copy = malloc(size);
        grown = copy ? realloc(s->texts, (s->n_texts + 1) * sizeof(SecretText)) : NULL;
        if (!grown) {
                free(copy);
                return -ENOMEM;
        }
        memcpy(copy, text, size);
        s->texts = grown;
        s->texts[s->n_texts++] = (SecretText) { copy, size };
        s->first[(unsigned char) text[0]] = true;
        return 0;
}

static int add_number(SecretValues *s, double d) {
        double *grown = realloc(s->numbers, (s->n_numbers + 1) * sizeof(double));
        char text[NUMBER_TEXT_MAX];

        if (!grown)
                return -ENOMEM;
        s->numbers = grown;
        s->numbers[s->n_numbers++] = d;
        number_text(d, text);
        return add_form(s, text, strlen(text));
}

/* Without the blanks and newlines around it, which modules cut off. */
static int add_trimmed(SecretValues *s, const char *text, size_t size) {
        while (size > 0 && isspace((unsigned char) *text)) {
                text++;
                size--;
        }
        while (size > 0 && isspace((unsigned char) text[size - 1]))
                size--;
        return add_form(s, text, size);
}

/* As it stands in JSON text that is the value of a string: a module that answers with one. */
static int add_json_form(SecretValues *s, const char *text, size_t size) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_string_len(text, (int) size);
        const char *quoted = o ? json_text(o) : NULL;

        return quoted ? add_form(s, quoted + 1, strlen(quoted) - 2) : -ENOMEM;
}

/* As it stands in a URL. */
static int add_url_form(SecretValues *s, const char *text, size_t size) {
        static const char digits[] = "0123456789ABCDEF", plain[] = "-_.!~*'()";
        _cleanup_(freep) char *encoded = malloc(3 * size);
        size_t used = 0;

        if (!encoded)
                return -ENOMEM;
        for (size_t i = 0; i < size; i++) {
                unsigned char c = (unsigned char) text[i];

                if (isalnum(c) || (c && strchr(plain, c)))
                        encoded[used++] = (char) c;
                else {
                        encoded[used++] = '%';
                        encoded[used++] = digits[c >> 4];
                        encoded[used++] = digits[c & 15];
                }
        }
        return add_form(s, encoded, used);
}

static int add_bytes(SecretValues *s, const char *text, size_t size) {
        static int (*const forms[])(SecretValues *, const char *, size_t) = {
                add_form,
                add_trimmed,
                add_json_form,
                add_url_form,
        };
        double d;
        int r;

        if (size == 0 || size > INT_MAX / 3)
                return 0;

        for (size_t i = 0; i < ELEMENTSOF(forms); i++) {
                r = forms[i](s, text, size);
                if (r < 0)
                        return r;
        }
        /* A module's library turns what reads as a number into one: "007" is sent as 7. */
        return strlen(text) == size && number_parse(text, &d) ? add_number(s, d) : 0;
}

int secret_values_add_text(SecretValues *s, const char *text) {
        assert(s);
        assert(text);

        return add_bytes(s, text, strlen(text));
}

static int add_elements(SecretValues *s, json_object *array) {
        int r;

        for (size_t i = 0; i < json_object_array_length(array); i++) {
                r = secret_values_add(s, json_object_array_get_idx(array, i));
                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_members(SecretValues *s, json_object *object) {
        int r;

        json_object_object_foreach(object, name, member) {
                (void) name;
                r = secret_values_add(s, member);
                if (r < 0)
                        return r;
        }
        return 0;
}

int secret_values_add(SecretValues *s, json_object *value) {
        int r;

        assert(s);

        switch (json_object_get_type(value)) {
        case json_type_null:
        case json_type_boolean:
                return 0;
        case json_type_int:
        case json_type_double:
                r = add_number(s, json_object_get_double(value));
                /* A number may be written otherwise than JavaScript writes it. */
                return r < 0 ? r : add_form(s, json_text(value), strlen(json_text(value)));
        case json_type_string:
                return add_bytes(s, json_object_get_string(value),
                                 (size_t) json_object_get_string_len(value));
        case json_type_array:
                return add_elements(s, value);
        case json_type_object:
                return add_members(s, value);
        }
        return 0;
}
