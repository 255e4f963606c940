/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/spec/collate.h"

#include <ctype.h>

#include "basic/macro.h"

/* The rank of a byte, capitals like small letters. */
static unsigned letter_weight(char c) {
        static const char order[] =
                " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz";
        uint8_t byte = (uint8_t) tolower((uint8_t) c);
        const char *p;

        if (byte >= 0x80 || byte < ' ')
                return 256U + byte;
        p = strchr(order, byte);
        return p ? (unsigned) (p - order) + 1 : 256U;
}

int collate(const char *a, const char *b) {
        const char *x = a, *y = b;

        for (; *x && *y; x++, y++) {
                unsigned u = letter_weight(*x), v = letter_weight(*y);

                if (u != v)
                        return u < v ? -1 : 1;
        }
        if (*x || *y)
                return *x ? 1 : -1;

        for (; *a; a++, b++)
                if (*a != *b)
                        return islower((uint8_t) *a) ? -1 : 1;
        return 0;
}
