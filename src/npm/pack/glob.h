/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Patterns of .npmignore, .gitignore and "files" as npm matches them: case does not matter, a dot
 * is a letter like any other, a pattern of one name fits at every depth, "**" is any number of
 * folders, {a,b}, [a-z] and @(a|b) are known. Pure; text is UTF-16, which is what npm counts in. */

#include "basic/error.h"
#include "npm/pack/glob-text.h"

#define GLOB_LENGTH_MAX 4096U    /* bytes of a pattern; people write some 50 */
#define GLOB_STEPS_MAX  10000000 /* of matching, all patterns and names of one walk together */

typedef struct GlobPattern {
        GlobText *parts; /* between slashes; "" before a leading and after a trailing one */
        size_t n;
} GlobPattern;

typedef struct Glob {
        bool negated;  /* begins with "!", or three of them */
        bool relative; /* one of its patterns is a single name */
        GlobPattern *patterns;
        size_t n;
} Glob;

/* Parses one line, already trimmed. -E2BIG with a clause for one that is beyond the limits. */
int glob_parse(Arena *arena, const char *text, size_t size, Error *e, Glob *ret);

/* Whether a path, cut at its slashes like a pattern, fits (negation is for the caller). `partial`:
 * also if it is only the beginning of what would. `steps` counts down; at 0 nothing fits any more.
 */
bool glob_match(const Glob *g, const GlobText *path, size_t n, bool partial, unsigned *steps);
