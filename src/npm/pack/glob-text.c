/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/pack/glob-text.h"

#include "basic/string-util.h"

int glob_text(Arena *arena, const char *s, size_t size, GlobText *ret) {
        uint16_t *text = arena_calloc(arena, size + 1, sizeof(uint16_t)), *t = text;

        if (!text)
                return -ENOMEM;
        for (size_t i = 0; i < size;) {
                uint32_t c = 0;
                size_t n = utf8_decode(s + i, size - i, &c);

                if (n == 0)
                        c = 0xfffd;
                if (c >= 0x10000) {
                        *t++ = (uint16_t) (0xd800 + ((c - 0x10000) >> 10));
                        c = 0xdc00 + ((c - 0x10000) & 0x3ff);
                }
                *t++ = (uint16_t) c;
                i += MAX2(n, (size_t) 1);
        }
        *ret = (GlobText) { text, (size_t) (t - text) };
        return 0;
}
