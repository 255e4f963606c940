/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/json.h"

#include <ctype.h>
#include <limits.h>

#include "basic/address-mask.h"
#include "basic/string-util.h"
#include "basic/strv.h"

#define BLANKS " \t\r\n"

static void json_tokener_freep(json_tokener **t) {
        if (*t)
                json_tokener_free(*t);
}

/* Line of an offset, for messages. */
static unsigned line_of(const char *text, size_t offset) {
        unsigned line = 1;

        for (size_t i = 0; i < offset; i++)
                line += text[i] == '\n';
        return line;
}

/* -- what RFC 8259 takes ----------------------------------------------------------------------- */

/* json-c takes more: comments, NaN, 01, 'x'. Its strict mode is of no use, since versions differ in
 * it (0.18's refuses every character that is not ASCII), so its words are looked at here. Between
 * them versions agree. Each function returns the length of one, 0 if it is invalid. */

static size_t string_length(const char *s, size_t size) {
        for (size_t i = 1; i < size; i++)
                if (s[i] == '"')
                        return i + 1;
                else if ((unsigned char) s[i] < 0x20)
                        return 0;
                else if (s[i] == '\\')
                        i++;
        return size;
}

static size_t digits_length(const char *s) {
        return strspn(s, "0123456789");
}

static size_t number_length(const char *s) {
        const char *p = s + (*s == '-');
        size_t n = digits_length(p);

        if (n == 0 || (n > 1 && *p == '0'))
                return 0;
        p += n;
        if (*p == '.') {
                n = digits_length(++p);
                if (n == 0)
                        return 0;
                p += n;
        }
        if (*p == 'e' || *p == 'E') {
                p += p[1] == '-' || p[1] == '+' ? 2 : 1;
                n = digits_length(p);
                if (n == 0)
                        return 0;
                p += n;
        }
        return (size_t) (p - s);
}

static size_t literal_length(const char *s) {
        static const char *const literals[] = { "true", "false", "null" };

        for (size_t i = 0; i < ELEMENTSOF(literals); i++)
                if (startswith(s, literals[i]))
                        return strlen(literals[i]);
        return 0;
}

/* Offset of the first word that is invalid; `size` if there is none. */
static size_t find_foreign(const char *text, size_t size) {
        char last = 0;
        size_t n;

        for (size_t i = 0; i < size; i += n) {
                char c = text[i];

                n = 1;
                if (memchr(BLANKS, c, 4))
                        continue;
                if (c == '"')
                        n = string_length(text + i, size - i);
                else if (memchr("]}", c, 2))
                        n = last != ',';
                else if (c == '-' || isdigit((unsigned char) c))
                        n = number_length(text + i);
                else if (!memchr("[{:,", c, 4))
                        n = literal_length(text + i);
                if (n == 0)
                        return i;
                last = c;
        }
        return size;
}

/* Editors of other systems begin files with one; node and npm skip it. */
static void skip_mark(const char **text, size_t *size) {
        const char *rest = startswith(*text, "\xEF\xBB\xBF");

        if (!rest)
                return;
        *size -= (size_t) (rest - *text);
        *text = rest;
}

int json_parse(const char *text, size_t size, Error *e, json_object **ret) {
        _cleanup_(json_tokener_freep) json_tokener *t = NULL;
        _cleanup_(json_object_putp) json_object *o = NULL;
        enum json_tokener_error je;
        size_t end;

        assert(text && text[size] == 0);
        assert(ret);

        if (size >= INT_MAX)
                return error_set(e, -EBADMSG, "the document is too large");
        skip_mark(&text, &size);
        /* json-c's own check lets overlong forms and surrogates pass. */
        if (!utf8_is_valid(text, size))
                return error_set(e, -EBADMSG, "not UTF-8");

        t = json_tokener_new_ex(JSON_DEPTH_MAX);
        if (!t)
                return -ENOMEM;

        /* The terminating NUL goes along: a number at the very end is complete only with it. */
        o = json_tokener_parse_ex(t, text, (int) size + 1);
        je = json_tokener_get_error(t);
        end = json_tokener_get_parse_end(t);
        if (je == json_tokener_error_depth)
                return error_set(e, -EBADMSG, "nested more than %d levels deep", JSON_DEPTH_MAX);
        if (je == json_tokener_continue)
                return error_set(e, -EBADMSG, "unexpected end of JSON (line %u)",
                                 line_of(text, size));
        if (je != json_tokener_success)
                return error_set(e, -EBADMSG, "not valid JSON: %s (line %u)",
                                 json_tokener_error_desc(je), line_of(text, MIN2(end, size)));

        while (end < size && strchr(BLANKS, text[end]) && text[end])
                end++;
        if (end < size)
                return error_set(e, -EBADMSG, "unexpected text after the JSON document (line %u)",
                                 line_of(text, end));

        end = find_foreign(text, size);
        if (end < size)
                return error_set(e, -EBADMSG,
                                 "not valid JSON: an unknown value or character (line %u)",
                                 line_of(text, end));

        *ret = TAKE_PTR(o);
        return 0;
}

json_object *json_get(json_object *o, const char *key) {
        json_object *value;

        if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &value))
                return NULL;
        return value;
}

bool json_has(json_object *o, const char *key) {
        return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, NULL);
}

size_t json_length(json_object *o) {
        return json_object_is_type(o, json_type_array) ? json_object_array_length(o) : 0;
}

const char *json_string(json_object *o) {
        const char *s;

        if (!json_object_is_type(o, json_type_string))
                return NULL;
        s = json_object_get_string(o);
        return strlen(s) == (size_t) json_object_get_string_len(o) ? s : NULL;
}

const char *json_get_string(json_object *o, const char *key) {
        return json_string(json_get(o, key));
}

int64_t json_get_int(json_object *o, const char *key, int64_t otherwise) {
        json_object *value = json_get(o, key);

        return json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : otherwise;
}

bool json_get_uint(json_object *o, const char *key, uint64_t *ret) {
        json_object *value = json_get(o, key);

        /* a negative one is 0 as an unsigned number, and less as a signed one */
        if (!json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0)
                return false;
        *ret = json_object_get_uint64(value);
        return true;
}

bool json_get_bool(json_object *o, const char *key, bool otherwise) {
        json_object *value = json_get(o, key);

        if (!json_object_is_type(value, json_type_boolean))
                return otherwise;
        return json_object_get_boolean(value);
}

int json_add(json_object *o, const char *key, json_object *value) {
        if (!value)
                return -ENOMEM;
        if (json_object_object_add(o, key, value) < 0) {
                (void) json_object_put(value);
                return -ENOMEM;
        }
        return 0;
}

int json_add_string(json_object *o, const char *key, const char *value) {
        return value ? json_add(o, key, json_object_new_string(value)) : 0;
}

int json_add_address(json_object *o, const char *key, const char *value) {
        _cleanup_(freep) char *shown = value ? mask_address(value) : NULL;

        return value && !shown ? -ENOMEM : json_add_string(o, key, shown);
}

int json_add_uint(json_object *o, const char *key, uint64_t value) {
        return json_add(o, key, json_object_new_uint64(value));
}

int json_add_strv(json_object *o, const char *key, char *const *v) {
        json_object *array = json_object_new_array();

        if (json_add(o, key, array) < 0)
                return -ENOMEM;
        STRV_FOREACH(s, v)
                if (json_object_array_add(array, json_object_new_string(*s)) < 0)
                        return -ENOMEM;
        return 0;
}

int json_add_null(json_object *o, const char *key) {
        return json_object_object_add(o, key, NULL) < 0 ? -ENOMEM : 0;
}

int json_add_amount(json_object *o, const char *key, uint64_t value) {
        return value != UINT64_MAX ? json_add_uint(o, key, value) : json_add_null(o, key);
}

int json_add_bool(json_object *o, const char *key, bool value) {
        return json_add(o, key, json_object_new_boolean(value));
}

json_object *json_copy(json_object *o) {
        json_object *copy = NULL;

        return json_object_deep_copy(o, &copy, NULL) < 0 ? NULL : copy;
}

const char *json_text(json_object *o) {
        return json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
                                                         JSON_C_TO_STRING_NOSLASHESCAPE);
}

const char *json_type_text(json_object *o) {
        static const char *const table[] = {
                [json_type_null] = "null",        [json_type_boolean] = "a boolean",
                [json_type_double] = "a number",  [json_type_int] = "a number",
                [json_type_object] = "an object", [json_type_array] = "an array",
                [json_type_string] = "a string",
        };

        return table[json_object_get_type(o)];
}
