/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/field.h"

#include <ctype.h>
#include <limits.h>

#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/environment-names.h"

#define ALPHANUMERICAL "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

#define TIMEZONE_MAX   64  /* bytes; the longest one there is has 32 */
#define VARIABLE_MAX   256 /* bytes of a variable's name */

#define FIELD_TEXT_MAX 4096

int field_wrong_type(json_object *value, const char *wanted, Error *e) {
        return error_set(e, -EINVAL, "must be %s, not %s", wanted, json_type_text(value));
}

int field_text(json_object *value, void *field, Error *e) {
        const char *s = json_string(value);

        if (!s)
                return field_wrong_type(value, "a string", e);
        if (has_control(s) || strlen(s) > FIELD_TEXT_MAX)
                return error_set(e, -EINVAL, "has control characters or more than %d bytes",
                                 FIELD_TEXT_MAX);
        return free_and_strdup(field, s);
}

int field_path(json_object *value, void *field, Error *e) {
        _cleanup_(freep) char *text = NULL, *path = NULL;
        int r;

        r = field_text(value, &text, e);
        if (r < 0)
                return r;
        r = path_normalize_beneath(text, &path);
        if (r == -EINVAL)
                return error_set(e, r, "must be a path inside the package, not '%s'", text);
        if (r < 0)
                return r;
        free(*(char **) field);
        *(char **) field = TAKE_PTR(path);
        return 0;
}

/* Words as a shell would split them: blanks separate, quotes of both kinds keep together. */
static int split_words(const char *s, char ***ret) {
        _cleanup_(strv_freep) char **words = NULL;
        int r;

        while (*s) {
                _cleanup_(freep) char *word = malloc(strlen(s) + 1);
                char quote = 0, *t = word;
                bool any = false;

                if (!word)
                        return -ENOMEM;
                while (isspace((unsigned char) *s))
                        s++;
                for (; *s && (quote || !isspace((unsigned char) *s)); s++) {
                        any = true;
                        if (quote ? *s == quote : *s == '"' || *s == '\'')
                                quote = quote ? 0 : *s;
                        else
                                *t++ = *s;
                }
                *t = 0;
                if (!any)
                        break;
                r = strv_consume(&words, TAKE_PTR(word));
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(words);
        return 0;
}

/* Numbers and the like are taken as they are written. */
static int take_words(json_object *array, Error *e, char ***words) {
        int r;

        for (size_t i = 0; i < json_object_array_length(array); i++) {
                json_object *word = json_object_array_get_idx(array, i);

                if (json_string(word))
                        r = strv_extend(words, json_string(word));
                else if (json_object_is_type(word, json_type_int) ||
                         json_object_is_type(word, json_type_double) ||
                         json_object_is_type(word, json_type_boolean))
                        r = strv_extend(words, json_text(word));
                else
                        return field_wrong_type(word, "made of strings", e);
                if (r < 0)
                        return r;
        }
        return 0;
}

int field_words(json_object *value, void *field, Error *e) {
        _cleanup_(strv_freep) char **words = NULL;
        int r;

        if (json_string(value))
                r = split_words(json_string(value), &words);
        else if (json_object_is_type(value, json_type_array))
                r = take_words(value, e, &words);
        else
                return field_wrong_type(value, "a string or an array of strings", e);
        if (r < 0)
                return r;
        strv_free(*(char ***) field);
        *(char ***) field = TAKE_PTR(words);
        return 0;
}

int field_bool(json_object *value, void *field, Error *e) {
        if (!json_object_is_type(value, json_type_boolean))
                return field_wrong_type(value, "true or false", e);
        *(bool *) field = json_object_get_boolean(value);
        return 0;
}

/* A kind of amount: its unit letters, what each stands for, and the forms it may have, for a
 * message. */
typedef struct Amount {
        const char *letters;
        uint64_t factors[3];
        const char *forms;
} Amount;

/* A whole number, as JSON number or in a string, with one of the unit letters behind it. */
static int parse_amount(json_object *value, const Amount *amount, uint64_t *ret, Error *e) {
        const char *letters = amount->letters;
        const char *s = json_object_is_type(value, json_type_int) ? json_text(value)
                                                                  : json_string(value);
        unsigned long long n;
        uint64_t factor = 1;
        char *end;

        if (!s)
                return field_wrong_type(value, amount->forms, e);
        if (!isdigit((unsigned char) s[0]))
                return error_set(e, -EINVAL, "must be %s, not '%.32s'", amount->forms, s);

        errno = 0;
        n = strtoull(s, &end, 10);
        if (*end && *letters && strchr(letters, toupper((unsigned char) *end))) {
                factor = amount->factors[strchr(letters, toupper((unsigned char) *end)) - letters];
                end++;
        }
        if (*end)
                return error_set(e, -EINVAL, "must be %s, not '%.32s'", amount->forms, s);
        if (errno || __builtin_mul_overflow((uint64_t) n, factor, ret) || *ret > INT64_MAX)
                return error_set(e, -EINVAL, "is too large: '%.32s'", s);
        return 0;
}

int field_bytes(json_object *value, void *field, Error *e) {
        static const Amount bytes = { "KMG",
                                      { 1024, 1024 * 1024, 1024 * 1024 * 1024 },
                                      "a number of bytes, or one with K, M or G, as \"300M\"" };

        return parse_amount(value, &bytes, field, e);
}

/* Milliseconds, or with a letter seconds, minutes, hours. */
int field_duration(json_object *value, void *field, Error *e) {
        static const Amount duration = { "SMH",
                                         { 1000, 60 * 1000, 3600 * 1000 },
                                         "a number of milliseconds, or one with s, m or h, as "
                                         "\"10s\"" };
        uint64_t msec;
        int r;

        r = parse_amount(value, &duration, &msec, e);
        if (r < 0)
                return r;
        if (msec > INT64_MAX / USEC_PER_MSEC)
                return error_set(e, -EINVAL, "is too long");
        *(uint64_t *) field = msec * USEC_PER_MSEC;
        return 0;
}

int field_count(json_object *value, void *field, Error *e) {
        static const Amount count = { "", {}, "a whole number" };
        uint64_t n;
        int r;

        r = parse_amount(value, &count, &n, e);
        if (r < 0)
                return r;
        if (n > INT_MAX)
                return error_set(e, -EINVAL, "is too large");
        *(unsigned *) field = (unsigned) n;
        return 0;
}

int field_object(json_object *value, void *field, Error *e) {
        if (!json_object_is_type(value, json_type_object))
                return field_wrong_type(value, "an object", e);
        (void) json_object_put(*(json_object **) field);
        *(json_object **) field = json_object_get(value);
        return 0;
}

/* A name of the time zone database, such as Europe/Berlin. */
int field_timezone(json_object *value, void *field, Error *e) {
        const char *s = json_string(value);

        if (!s)
                return field_wrong_type(value, "the name of a time zone", e);
        if (isempty(s) || strlen(s) > TIMEZONE_MAX || s[0] == '/' || strstr(s, "..") ||
            s[strspn(s, ALPHANUMERICAL "+-_/")])
                return error_set(e, -EINVAL, "must be the name of a time zone, as Europe/Berlin");
        return field_text(value, field, e);
}

/* The name of a variable that a package may set. */
int field_variable(json_object *value, void *field, Error *e) {
        const char *s = json_string(value);

        if (!s)
                return field_wrong_type(value, "the name of a variable", e);
        if (isempty(s) || strlen(s) > VARIABLE_MAX || strchr("0123456789", s[0]) ||
            s[strspn(s, ALPHANUMERICAL "_")] || environment_is_reserved(s))
                return error_set(e, -EINVAL,
                                 "must be the name of a variable that a package can set");
        return field_text(value, field, e);
}
