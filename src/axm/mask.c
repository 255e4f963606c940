/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/mask.h"

#include <ctype.h>
#include <limits.h>

#include "basic/number.h"
#include "basic/string-util.h"
#include "model/secret.h"

typedef struct Secret {
        char *text;
        size_t size;
} Secret;

struct Mask {
        Secret *secrets;
        size_t n_secrets;
        double *numbers;
        size_t n_numbers;
        bool first[UCHAR_MAX + 1]; /* bytes that a secret begins with: most text holds none */
};

int mask_new(Mask **ret) {
        *ret = calloc(1, sizeof(Mask));
        return *ret ? 0 : -ENOMEM;
}

Mask *mask_free(Mask *m) {
        if (!m)
                return NULL;
        for (size_t i = 0; i < m->n_secrets; i++)
                free(m->secrets[i].text);
        free(m->secrets);
        free(m->numbers);
        free(m);
        return NULL;
}

/* -- what is secret ---------------------------------------------------------------------------- */

static int add_form(Mask *m, const char *text, size_t size) {
        Secret *grown;
        char *copy;

        if (size == 0)
                return 0;
        for (size_t i = 0; i < m->n_secrets; i++)
                if (m->secrets[i].size == size && memcmp(m->secrets[i].text, text, size) == 0)
                        return 0;

        copy = malloc(size);
        grown = copy ? realloc(m->secrets, (m->n_secrets + 1) * sizeof(Secret)) : NULL;
        if (!grown) {
                free(copy);
                return -ENOMEM;
        }
        memcpy(copy, text, size);
        m->secrets = grown;
        m->secrets[m->n_secrets++] = (Secret){ copy, size };
        m->first[(unsigned char) text[0]] = true;
        return 0;
}

static int add_number(Mask *m, double d) {
        double *grown = realloc(m->numbers, (m->n_numbers + 1) * sizeof(double));
        char text[NUMBER_TEXT_MAX];

        if (!grown)
                return -ENOMEM;
        m->numbers = grown;
        m->numbers[m->n_numbers++] = d;
        number_text(d, text);
        return add_form(m, text, strlen(text));
}

/* Without the blanks and newlines around it, which modules cut off. */
static int add_trimmed(Mask *m, const char *text, size_t size) {
        while (size > 0 && isspace((unsigned char) *text)) {
                text++;
                size--;
        }
        while (size > 0 && isspace((unsigned char) text[size - 1]))
                size--;
        return add_form(m, text, size);
}

/* As it stands in JSON text that is the value of a string: a module that answers with one. */
static int add_json_form(Mask *m, const char *text, size_t size) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_string_len(text, (int) size);
        const char *quoted = o ? json_text(o) : NULL;

        return quoted ? add_form(m, quoted + 1, strlen(quoted) - 2) : -ENOMEM;
}

/* As it stands in a URL. */
static int add_url_form(Mask *m, const char *text, size_t size) {
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
        return add_form(m, encoded, used);
}

static int add_bytes(Mask *m, const char *text, size_t size) {
        double d;
        int r;

        if (size == 0 || size > INT_MAX / 3)
                return 0;

        r = add_form(m, text, size);
        if (r >= 0)
                r = add_trimmed(m, text, size);
        if (r >= 0)
                r = add_json_form(m, text, size);
        if (r >= 0)
                r = add_url_form(m, text, size);
        /* A module's library turns what reads as a number into one: "007" is sent as 7. */
        if (r >= 0 && strlen(text) == size && number_parse(text, &d))
                r = add_number(m, d);
        return r;
}

int mask_add_text(Mask *m, const char *text) {
        return add_bytes(m, text, strlen(text));
}

int mask_add(Mask *m, json_object *value) {
        int r = 0;

        switch (json_object_get_type(value)) {
        case json_type_null:
        case json_type_boolean:
                return 0;
        case json_type_int:
        case json_type_double:
                r = add_number(m, json_object_get_double(value));
                /* A number may be written otherwise than JavaScript writes it. */
                return r < 0 ? r : add_form(m, json_text(value), strlen(json_text(value)));
        case json_type_string:
                return add_bytes(m, json_object_get_string(value),
                                 (size_t) json_object_get_string_len(value));
        case json_type_array:
                for (size_t i = 0; r >= 0 && i < json_object_array_length(value); i++)
                        r = mask_add(m, json_object_array_get_idx(value, i));
                return r;
        case json_type_object: {
                json_object_object_foreach(value, name, member) {
                        (void) name;
                        r = mask_add(m, member);
                        if (r < 0)
                                return r;
                }
                return 0;
        }
        }
        return 0;
}

/* -- masking ----------------------------------------------------------------------------------- */

/* Bytes of the longest secret that the text begins with, 0 if there is none. */
static size_t match(const Mask *m, const char *text, size_t size) {
        size_t longest = 0;

        if (!m->first[(unsigned char) text[0]])
                return 0;
        for (size_t i = 0; i < m->n_secrets; i++) {
                const Secret *s = m->secrets + i;

                if (s->size >= MASK_PART_MIN && s->size <= size && s->size > longest &&
                    memcmp(text, s->text, s->size) == 0)
                        longest = s->size;
        }
        return longest;
}

static bool is_secret(const Mask *m, const char *text, size_t size) {
        for (size_t i = 0; i < m->n_secrets; i++)
                if (m->secrets[i].size == size && memcmp(m->secrets[i].text, text, size) == 0)
                        return true;
        return false;
}

/* Secrets that overlap or touch become one mask, else the end of the second would stay readable. */
static int mask_bytes(const Mask *m, const char *text, size_t size, char **ret, size_t *ret_size) {
        _cleanup_(freep) char *masked = NULL;
        size_t used = 0, hidden = 0; /* up to where the text is secret */
        bool hiding = false;
        FILE *f;

        if (is_secret(m, text, size)) {
                *ret = strdup(MASK_TEXT);
                *ret_size = strlen(MASK_TEXT);
                return *ret ? 0 : -ENOMEM;
        }

        f = open_memstream(&masked, &used);
        if (!f)
                return -ENOMEM;
        for (size_t i = 0; i < size; i++) {
                hidden = MAX2(hidden, i + match(m, text + i, size - i));
                if (i >= hidden)
                        (void) putc_unlocked(text[i], f);
                else if (!hiding)
                        (void) fputs(MASK_TEXT, f);
                hiding = i < hidden;
        }
        if (fclose(f) != 0)
                return -ENOMEM;
        *ret = TAKE_PTR(masked);
        *ret_size = used;
        return 0;
}

int mask_string(const Mask *m, const char *text, char **ret) {
        size_t size;

        return mask_bytes(m, text, strlen(text), ret, &size);
}

static bool is_secret_number(const Mask *m, double d) {
        for (size_t i = 0; i < m->n_numbers; i++)
                if (number_equal(m->numbers[i], d))
                        return true;
        return false;
}

static int mask_value(const Mask *m, json_object *o, bool named, json_object **ret);

static int mask_object(const Mask *m, json_object *o, bool named, json_object **ret) {
        _cleanup_(json_object_putp) json_object *copy = json_object_new_object();
        int r;

        if (!copy)
                return -ENOMEM;
        json_object_object_foreach(o, name, value) {
                _cleanup_(freep) char *key = NULL;
                json_object *masked = NULL;

                r = mask_string(m, name, &key);
                if (r >= 0)
                        r = mask_value(m, value, named || secret_name(name), &masked);
                if (r < 0)
                        return r;
                if (json_object_object_add(copy, key, masked) < 0) {
                        (void) json_object_put(masked);
                        return -ENOMEM;
                }
        }
        *ret = TAKE_PTR(copy);
        return 0;
}

static int mask_array(const Mask *m, json_object *o, bool named, json_object **ret) {
        _cleanup_(json_object_putp) json_object *copy = json_object_new_array();
        int r;

        if (!copy)
                return -ENOMEM;
        for (size_t i = 0; i < json_object_array_length(o); i++) {
                json_object *masked = NULL;

                r = mask_value(m, json_object_array_get_idx(o, i), named, &masked);
                if (r < 0)
                        return r;
                if (json_object_array_add(copy, masked) < 0) {
                        (void) json_object_put(masked);
                        return -ENOMEM;
                }
        }
        *ret = TAKE_PTR(copy);
        return 0;
}

/* `named`: it stands below a secret name. True, false, null and "" tell nothing and stay. */
static int mask_value(const Mask *m, json_object *o, bool named, json_object **ret) {
        _cleanup_(freep) char *text = NULL;
        bool hide = named;
        size_t size;
        int r;

        switch (json_object_get_type(o)) {
        case json_type_object:
                return mask_object(m, o, named, ret);
        case json_type_array:
                return mask_array(m, o, named, ret);
        case json_type_int:
        case json_type_double:
                hide = named || is_secret_number(m, json_object_get_double(o));
                break;
        case json_type_string:
                size = (size_t) json_object_get_string_len(o);
                if (named && size > 0)
                        break;
                r = mask_bytes(m, json_object_get_string(o), size, &text, &size);
                if (r < 0)
                        return r;
                *ret = json_object_new_string_len(text, (int) size);
                return *ret ? 0 : -ENOMEM;
        default:
                hide = false;
        }

        *ret = hide ? json_object_new_string(MASK_TEXT) : json_object_get(o);
        return *ret || !o ? 0 : -ENOMEM;
}

int mask_json(const Mask *m, json_object *o, json_object **ret) {
        return mask_value(m, o, /* named= */ false, ret);
}
