/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A profile that comes in pieces: what is decoded is what a JSON parser makes of the whole. */

#include "axm/profile.h"
#include "basic/json.h"
#include "basic/string-util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
        if (!holds)
                abort();
}

static void parse(ProfileParser *p, const char *text, size_t size, size_t step, char **ret,
                  size_t *ret_size) {
        *p = (ProfileParser) { .out = open_memstream(ret, ret_size) };
        check(p->out);
        for (size_t i = 0; i < size; i += step)
                profile_parse(p, text + i, MIN2(step, size - i));
        check(fclose(p->out) == 0 && p->size == *ret_size);
}

static size_t count(const char *text, const char *word) {
        size_t n = 0;

        for (const char *s = text; (s = strstr(s, word)); s++)
                n++;
        return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(freep) char *text = malloc(size + 1), *whole = NULL, *pieces = NULL;
        _cleanup_(json_object_putp) json_object *document = NULL;
        json_object *payload;
        ProfileParser p, q;
        size_t n, m;

        check(text);
        if (size > 0)
                memcpy(text, data, size);
        text[size] = 0;

        parse(&p, text, size, MAX2(size, 1U), &whole, &n);
        parse(&q, text, size, 1 + size % 7, &pieces, &m);
        check(n == m && memcmp(whole, pieces, n) == 0 && p.found == q.found);
        check(streq(p.type, q.type) && strlen(p.type) <= PROFILE_TEXT_MAX);

        /* a key that comes twice, or is spelled with escapes, means different things to the two */
        if (json_parse(text, size, NULL, &document) < 0 || count(text, "\"data\"") != 2 ||
            strstr(text, "\\u"))
                return 0;
        payload = json_get(json_get(document, "data"), "data");
        if (json_object_is_type(payload, json_type_string))
                check(p.found && n == (size_t) json_object_get_string_len(payload) &&
                      memcmp(whole, json_object_get_string(payload), n) == 0);
        return 0;
}
