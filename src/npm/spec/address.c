/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/spec/address.h"

#include <ctype.h>

#include "basic/string-util.h"

int address_decode(const char *s, size_t n, char **ret) {
        _cleanup_(freep) char *out = NULL;
        char *t;

        out = t = malloc(n + 1);
        if (!out)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                unsigned byte;

                if (s[i] != '%') {
                        *t++ = s[i];
                        continue;
                }
                if (i + 2 >= n || !isxdigit((uint8_t) s[i + 1]) || !isxdigit((uint8_t) s[i + 2]))
                        return -EINVAL;
                (void) sscanf(s + i + 1, "%2x", &byte);
                if (byte == 0)
                        return -EINVAL;
                *t++ = (char) byte;
                i += 2;
        }
        *t = 0;
        if (!utf8_is_valid(out, (size_t) (t - out)))
                return -EINVAL;
        *ret = TAKE_PTR(out);
        return 0;
}

bool address_split(const char *text, Address *ret) {
        Address a = { 0 };
        size_t n = strcspn(text, ":"), end;
        const char *at, *rest, *colon;

        if (text[n] != ':' || !isalpha((uint8_t) text[0]))
                return false;
        for (size_t i = 0; i < n; i++)
                if (!isalnum((uint8_t) text[i]) && !strchr("+-.", text[i]))
                        return false;

        a.scheme = (Slice) { text, n };
        rest = text + n + 1;
        end = strcspn(rest, "#");
        a.hash = slice(rest + end);
        end = MIN2(end, strcspn(rest, "?"));
        if (end < 2 || memcmp(rest, "//", 2) != 0) {
                a.path = (Slice) { rest, end };
                *ret = a;
                return true;
        }

        rest += 2;
        end -= 2;
        n = MIN2(end, strcspn(rest, "/"));
        a.path = (Slice) { rest + n, end - n };
        at = memrchr(rest, '@', n);
        if (at)
                a.user = (Slice) { rest, (size_t) (at - rest) };
        a.host.s = at ? at + 1 : rest;
        a.host.n = n - (size_t) (a.host.s - rest);
        colon = memrchr(a.host.s, ':', a.host.n);
        if (colon && memchr(a.host.s, '[', a.host.n) &&
            !memrchr(a.host.s, ']', (size_t) (colon - a.host.s)))
                colon = NULL; /* within an IPv6 address */
        if (colon) {
                for (const char *c = colon + 1; c < a.host.s + a.host.n; c++)
                        if (!isdigit((uint8_t) *c))
                                return false;
                a.host.n = (size_t) (colon - a.host.s);
        }
        *ret = a;
        return true;
}

bool address_is_valid(const char *text) {
        Address a;

        return address_split(text, &a) && (a.host.n > 0 || slice_is(a.scheme, "git+file"));
}

size_t address_span_plain(const char *s) {
        size_t n = 0;

        while (s[n] && (isalnum((uint8_t) s[n]) || strchr("-_.!~*'()", s[n])))
                n++;
        return n;
}
