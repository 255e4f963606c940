/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reading a text piece by piece, copying or hiding each: what masking secrets in it is made of. */

#include "basic/macro.h"

#define ADDRESS_MASK "***" /* stands for what is hidden */
#define SPACES       " \t\r\n"

typedef struct Masking {
        const char *p, *end; /* what has to be read */
        char *out;           /* where what becomes of it is written */
} Masking;

/* Copies what comes before `to`. */
static inline void copy_to(Masking *m, const char *to) {
        m->out = mempcpy(m->out, m->p, (size_t) (to - m->p));
        m->p = to;
}

/* Hides what comes before `to`; nothing stays nothing. */
static inline void hide_to(Masking *m, const char *to) {
        if (to > m->p)
                m->out = stpcpy(m->out, ADDRESS_MASK);
        m->p = to;
}

/* Has a function mask what comes before `end`. */
static inline void mask_part(Masking *m, const char *end, void (*how)(Masking *)) {
        Masking part = { m->p, end, m->out };

        how(&part);
        m->out = part.out;
        m->p = part.p;
}
