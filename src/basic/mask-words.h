/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What words of an address look like, and which can be no secret. A text ends at `end`, not at a
 * NUL. */

#include "basic/macro.h"

/* The first character that is in `set`; `end` if there is none. */
static inline const char *find_any(const char *p, const char *end, const char *set) {
        while (p < end && !strchr(set, *p))
                p++;
        return p;
}

/* The first or last `c`; NULL if there is none. */
static inline const char *find_first(const char *p, const char *end, char c) {
        return p < end ? memchr(p, c, (size_t) (end - p)) : NULL;
}

static inline const char *find_last(const char *p, const char *end, char c) {
        return p < end ? memrchr(p, c, (size_t) (end - p)) : NULL;
}

/* Whether it is one of `words`, in any case. */
bool word_is_among(const char *p, const char *end, const char *const *words, size_t n);
#define WORD_IS_AMONG(p, end, words) word_is_among(p, end, words, ELEMENTSOF(words))

/* Letters, digits and what is in `extra`. */
bool word_consists_of(const char *p, const char *end, const char *extra);

/* Up to three numbers and what may follow them in a version. */
bool word_is_version(const char *p, const char *end);

/* Whether a query's field, "NAME=VALUE" up to `end`, may be shown. */
bool query_field_is_shown(const char *name, const char *equals, const char *end);

/* Whether the name of such a field may, even if its value may not. */
bool query_field_is_named(const char *name, const char *equals);

/* What follows '#' in the specification of a repository: a branch, tag, commit or range. */
bool word_is_committish(const char *p, const char *end);

/* Whether it ends with "_authToken" or the like. */
bool word_ends_with_npmrc_name(const char *p, const char *end);
