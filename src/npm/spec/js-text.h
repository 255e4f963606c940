/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text as ECMAScript sees it: npm's formats are defined by what a JavaScript program makes of them,
 * so white space and lengths are those of that language. */

#include "basic/macro.h"

/* A piece of a text that another owns, not terminated. */
typedef struct Slice {
        const char *s;
        size_t n;
} Slice;

#define SLICE_FORMAT "%.*s"
#define SLICE_ARG(a) (int) (a).n, (a).s

static inline Slice slice(const char *s) {
        return (Slice) { s, strlen(s) };
}

static inline bool slice_is(Slice a, const char *s) {
        return a.n == strlen(s) && memcmp(a.s, s, a.n) == 0;
}

/* Bytes of the white space or line end at the start of the slice, 0 if there is none. */
size_t js_space(Slice text);

/* Without white space at either end. */
Slice js_trim(Slice text);

/* Length in UTF-16 units, what npm's limits are counted in. Bytes that are no UTF-8 count one each.
 */
size_t js_length(Slice text);
