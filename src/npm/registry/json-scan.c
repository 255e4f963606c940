/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/json-scan.h"

#include "basic/string-util.h"

static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(JsonScan *s) {
        while (s->p < s->end && is_blank(*s->p))
                s->p++;
}

/* From behind the opening quote to behind the closing one. */
static int skip_string(JsonScan *s) {
        for (;;) {
                const char *quote = memchr(s->p, '"', (size_t) (s->end - s->p)), *c;

                if (!quote)
                        return -EBADMSG;
                for (c = quote; c > s->p && c[-1] == '\\'; c--)
                        ;
                s->p = quote + 1;
                if ((quote - c) % 2 == 0)
                        return 0;
        }
}

/* An object or array, from its bracket on. */
static int skip_nested(JsonScan *s) {
        static const char interesting[256] = {
                ['"'] = 1, ['{'] = 1, ['['] = 1, ['}'] = 1, [']'] = 1
        };
        char closing[JSON_DEPTH_MAX];
        size_t depth = 0;

        for (;;) {
                char c;

                while (s->p < s->end && !interesting[(uint8_t) *s->p])
                        s->p++;
                if (s->p >= s->end)
                        return -EBADMSG;

                c = *s->p++;
                if (c == '"') {
                        int r = skip_string(s);

                        if (r < 0)
                                return r;
                } else if (c == '{' || c == '[') {
                        if (depth >= ELEMENTSOF(closing))
                                return -E2BIG;
                        closing[depth++] = c == '{' ? '}' : ']';
                } else {
                        if (closing[--depth] != c)
                                return -EBADMSG;
                        if (depth == 0)
                                return 0;
                }
        }
}

int json_scan_skip(JsonScan *s, Slice *ret_value) {
        const char *start;
        int r = 0;

        skip_blanks(s);
        start = s->p;
        if (start >= s->end)
                return -EBADMSG;

        if (*start == '"') {
                s->p++;
                r = skip_string(s);
        } else if (*start == '{' || *start == '[')
                r = skip_nested(s);
        else {
                while (s->p < s->end && !strchr(",]}", *s->p) && !is_blank(*s->p))
                        s->p++;
                if (s->p == start)
                        return -EBADMSG;
        }
        if (r < 0)
                return r;
        *ret_value = (Slice) { start, (size_t) (s->p - start) };
        return 0;
}

int json_scan_open(Slice text, char bracket, JsonScan *ret) {
        JsonScan s = { text.s, text.s + text.n, true };

        skip_blanks(&s);
        if (s.p >= s.end || *s.p != bracket)
                return -EBADMSG;
        s.p++;
        *ret = s;
        return 0;
}

/* To the next item: 1, 0 behind the closing bracket. */
static int next_item(JsonScan *s, char closing) {
        skip_blanks(s);
        if (s->p >= s->end)
                return -EBADMSG;
        if (*s->p == closing) {
                s->p++;
                return 0;
        }
        if (!s->first) {
                if (*s->p != ',')
                        return -EBADMSG;
                s->p++;
                skip_blanks(s);
        }
        s->first = false;
        return 1;
}

int json_scan_enter(const JsonScan *s, char bracket, JsonScan *ret) {
        return json_scan_open((Slice) { s->p, (size_t) (s->end - s->p) }, bracket, ret);
}

void json_scan_leave(JsonScan *outer, const JsonScan *inner) {
        outer->p = inner->p;
}

int json_scan_next_key(JsonScan *s, Slice *ret_key) {
        const char *start;
        Slice key;
        int r;

        r = next_item(s, '}');
        if (r <= 0)
                return r;
        if (s->p >= s->end || *s->p++ != '"')
                return -EBADMSG;
        start = s->p;
        r = skip_string(s);
        if (r < 0)
                return r;
        key = (Slice) { start, (size_t) (s->p - start) - 1 };

        skip_blanks(s);
        if (s->p >= s->end || *s->p++ != ':')
                return -EBADMSG;
        *ret_key = key;
        return 1;
}

int json_scan_member(JsonScan *s, Slice *ret_key, Slice *ret_value) {
        Slice key;
        int r;

        r = json_scan_next_key(s, &key);
        if (r <= 0)
                return r;
        r = json_scan_skip(s, ret_value);
        if (r < 0)
                return r;
        *ret_key = key;
        return 1;
}

int json_scan_find(Slice object, const char *key, Slice *ret_value) {
        bool found = false;
        Slice k, value;
        JsonScan s;
        int r;

        if (json_scan_open(object, '{', &s) < 0)
                return 0;
        while ((r = json_scan_member(&s, &k, &value)) > 0)
                if (slice_is(k, key)) {
                        *ret_value = value;
                        found = true;
                }
        return r < 0 ? r : found;
}

int json_scan_parse(Slice value, Error *e, json_object **ret) {
        _cleanup_(freep) char *copy = NULL;

        copy = strndup(value.s, value.n);
        if (!copy)
                return -ENOMEM;
        if (strlen(copy) != value.n)
                return error_set(e, -EBADMSG, "the JSON document contains a NUL byte");
        return json_parse(copy, value.n, e, ret);
}

int json_scan_string(Slice value, char **ret) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        const char *text;
        char *copy;
        int r;

        if (value.n < 2 || value.s[0] != '"')
                return -EBADMSG;
        r = json_scan_parse(value, /* e= */ NULL, &o);
        if (r < 0)
                return r;
        text = json_string(o);
        if (!text)
                return -EBADMSG;
        copy = strdup(text);
        if (!copy)
                return -ENOMEM;
        *ret = copy;
        return 0;
}

int json_scan_key(Slice key, char **ret) {
        char *copy;

        /* the quotes around it are part of the same text */
        if (memchr(key.s, '\\', key.n) || memchr(key.s, 0, key.n) || !utf8_is_valid(key.s, key.n))
                return json_scan_string((Slice) { key.s - 1, key.n + 2 }, ret);
        copy = strndup(key.s, key.n);
        if (!copy)
                return -ENOMEM;
        *ret = copy;
        return 0;
}

bool json_scan_truthy(Slice value) {
        static const char *const falsy[] = { "\"\"", "false", "null", "0", "-0" };

        for (size_t i = 0; i < ELEMENTSOF(falsy); i++)
                if (slice_is(value, falsy[i]))
                        return false;
        return value.n > 0;
}
