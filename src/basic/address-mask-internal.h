/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Between the files of address-mask: reading a text piece by piece, copying or hiding each. */

#include "basic/address-mask.h"

#define SPACES " \t\r\n"

typedef struct Masking {
        const char *p, *end; /* what has to be read */
        char *out;           /* where what becomes of it is written */
} Masking;

static inline void copy_to(Masking *m, const char *to) {
        m->out = mempcpy(m->out, m->p, (size_t) (to - m->p));
        m->p = to;
}

/* Nothing stays nothing. */
static inline void hide_to(Masking *m, const char *to) {
        if (to > m->p)
                m->out = stpcpy(m->out, ADDRESS_MASK);
        m->p = to;
}

static inline void mask_part(Masking *m, const char *end, void (*how)(Masking *)) {
        Masking part = { m->p, end, m->out };

        how(&part);
        m->out = part.out;
        m->p = part.p;
}

/* `end` if there is none. */
static inline const char *find_any(const char *p, const char *end, const char *set) {
        while (p < end && !strchr(set, *p))
                p++;
        return p;
}

static inline const char *find_first(const char *p, const char *end, char c) {
        return p < end ? memchr(p, c, (size_t) (end - p)) : NULL;
}

static inline const char *find_last(const char *p, const char *end, char c) {
        return p < end ? memrchr(p, c, (size_t) (end - p)) : NULL;
}

/* What is read is one specification. */
void mask_specification(Masking *m);

/* The scheme of the first address, its colon, and what follows its slashes; NULL if there is none.
 * "//HOST" has an empty scheme. */
const char *address_find_scheme(const char *p, const char *end, const char **ret_colon,
                                const char **ret_authority);

/* The colon of an address without an '@' before its path after which a password begins, or what is
 * no port; NULL if there is none. */
const char *address_find_odd_port(const char *authority, const char *end);

/* Whether "_authToken" or its like ends there. */
bool ends_with_npmrc_name(const char *p, const char *end);
