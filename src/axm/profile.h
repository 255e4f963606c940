/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The payload of a profiling message, {"type":"profilings","data":{"type":"cpuprofile",
 * "data":"…"}}: megabytes of text in one string of one line. Decoded piece by piece as it comes, so
 * that it is never in memory. Pure but for the stream it writes to. */

#include "basic/macro.h"

/* A heap of Node's default size makes a snapshot of a few dozen MiB. */
#define PROFILE_MAX      (64U * 1024U * 1024U)
#define PROFILE_TEXT_MAX 64

typedef struct ProfileParser {
        FILE *out; /* borrowed */

        /* what was found so far */
        char type[PROFILE_TEXT_MAX + 1];
        bool found;
        uint64_t size; /* bytes of the payload */

        /* where in the document it is */
        unsigned depth;
        bool value;                         /* behind a key */
        char keys[2][PROFILE_TEXT_MAX + 1]; /* the last ones of the document and of its "data" */

        /* the string it is in */
        enum { PROFILE_OUTSIDE, PROFILE_STRING, PROFILE_ESCAPE, PROFILE_HEX } state;
        bool payload;
        char text[PROFILE_TEXT_MAX + 1]; /* of any other string; a longer one is "" */
        size_t n_text;
        unsigned n_digits;
        uint32_t unit, high; /* of UTF-16; the first half of a pair, or 0 */
} ProfileParser;

/* Whether a line that is too long to be a message begins like one with a profile. */
bool profile_begins(const char *text, size_t size);

/* Takes the next piece of the line; `out` is set. */
void profile_parse(ProfileParser *p, const char *text, size_t size);

/* ".cpuprofile" and the like, by which tools know what it is. */
const char *profile_suffix(const char *type);
