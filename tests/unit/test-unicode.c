/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/string-util.h"
#include "basic/unicode.h"
#include "tap.h"

static char *fold(const char *text) {
        char *folded = NULL;

        ok(unicode_fold(text, &folded) == 0);
        return folded;
}

int main(void) {
        static const struct {
                const char *a, *b;
                bool same;
        } table[] = {
                { "", "", true },
                { "README", "readme", true },
                { "a", "b", false },
                { "\u00e9", "e\u0301", true },            /* é */
                { "\u00c9", "e\u0301", true },            /* É */
                { "\u00e9", "e", false },
                { "\u00e9", "\u00e8", false },
                { "\u1ec7", "e\u0302\u0323", true },      /* ệ, marks in either order */
                { "\u1ec7", "e\u0323\u0302", true },
                { "\u212a", "k", true },                  /* the Kelvin sign */
                { "\u212b", "a\u030a", true },            /* the Ångström sign */
                { "\u0416", "\u0436", true },             /* Ж */
                { "\u03a3", "\u03c2", true },             /* Σ and its final form */
                { "\ud55c", "\u1112\u1161\u11ab", true }, /* 한 */
                { "\uac00", "\u1100\u1161", true },
                { "\u65e5\u672c", "\u672c\u65e5", false },
                { "\U0001f600", "\U0001f601", false },
        };
        char *folded = NULL;

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(freep) char *a = fold(table[i].a), *b = fold(table[i].b);

                ok(streq(a, b) == table[i].same);
        }
        ok(unicode_fold("\xff", &folded) == -EINVAL && !folded);

        /* Every character encodes to what decodes to it. */
        bool good = true;
        for (uint32_t c = 1; c < 0x110000; c++) {
                char text[4];
                uint32_t back = 0;
                size_t n = utf8_encode(c, text);

                if (c >= 0xd800 && c < 0xe000)
                        continue;
                good = good && utf8_decode(text, n, &back) == n && back == c;
        }
        ok(good);
        return tap_done();
}
