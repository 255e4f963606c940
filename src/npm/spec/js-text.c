/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/spec/js-text.h"

#include "basic/string-util.h"

size_t js_space(Slice text) {
        static const char *const wide[] = {
                "\u00a0", "\u1680", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\ufeff",
        };

        if (text.n == 0)
                return 0;
        if (text.s[0] == ' ' || (text.s[0] >= '\t' && text.s[0] <= '\r'))
                return 1;
        if ((uint8_t) text.s[0] < 0x80)
                return 0;

        for (size_t i = 0; i < ELEMENTSOF(wide); i++) {
                size_t n = strlen(wide[i]);

                if (text.n >= n && memcmp(text.s, wide[i], n) == 0)
                        return n;
        }

        /* U+2000 to U+200A */
        if (text.n >= 3 && memcmp(text.s, "\xe2\x80", 2) == 0 && (uint8_t) text.s[2] >= 0x80 &&
            (uint8_t) text.s[2] <= 0x8a)
                return 3;
        return 0;
}

Slice js_trim(Slice text) {
        size_t end = 0;

        for (size_t n; (n = js_space(text)) > 0; text.s += n, text.n -= n)
                ;
        for (size_t i = 0; i < text.n;) {
                size_t n = js_space((Slice) { text.s + i, text.n - i });

                i += MAX2(n, 1U);
                if (n == 0)
                        end = i;
        }
        text.n = end;
        return text;
}

size_t js_length(Slice text) {
        size_t length = 0;

        for (size_t n; text.n > 0; text.s += n, text.n -= n) {
                n = utf8_sequence_length(text.s, text.n);
                if (n == 0)
                        n = 1;
                length += n == 4 ? 2 : 1;
        }
        return length;
}
