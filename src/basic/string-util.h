/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Strings: comparing, checking UTF-8, making foreign text harmless. */

#include "basic/macro.h"

static inline bool streq(const char *a, const char *b) {
        return strcmp(a, b) == 0;
}

/* NULL equals NULL. */
static inline bool streq_ptr(const char *a, const char *b) {
        return a && b ? streq(a, b) : a == b;
}

static inline bool isempty(const char *s) {
        return !s || !s[0];
}

/* What follows the prefix, or NULL. */
const char *startswith(const char *s, const char *prefix);

/* Whether it ends with the suffix. */
bool endswith(const char *s, const char *suffix);

/* -ENOMEM or 0; the old string is freed. `s` may be NULL. */
int free_and_strdup(char **p, const char *s);

/* A new string, as printf() writes it: 0, or -ENOMEM and NULL. */
int strdupf(char **ret, const char *format, ...) _printf_(2, 3);

/* RFC 3629: no overlong forms, no surrogates. */
bool utf8_is_valid(const char *s, size_t size);

/* Decodes one sequence; returns its length, 0 if there is no valid one. `ret` may be NULL. */
size_t utf8_decode(const char *s, size_t size, uint32_t *ret);

/* Writes one character, at most four bytes and no NUL; returns how many. */
size_t utf8_encode(uint32_t c, char *ret);

/* Bytes of the valid UTF-8 sequence at s, 0 if there is none. */
size_t utf8_sequence_length(const char *s, size_t size);

/* Bytes of the longest prefix of at most `max` bytes that cuts no character of valid UTF-8. */
size_t utf8_fit(const char *s, size_t max);

/* Whether it contains a byte < 0x20 or 0x7f. */
bool has_control(const char *s);

/* A copy in which control characters (C0, DEL, C1 and the bidirectional overrides) and bytes that
 * are not UTF-8 are written \xNN or \uNNNN, so that a terminal can show it. NULL if out of memory.
 */
char *escape_control(const char *s, bool keep_newlines);

/* The same of at most `max` bytes, with an ellipsis where there were more. */
char *escape_cut(const char *s, size_t max, bool keep_newlines);

/* A copy quoted so that a POSIX shell reads it back; plain words stay as they are. NULL if out of
 * memory. */
char *shell_quote(const char *s);

/* The same for bash and zsh, with escapes ($'\n') for what a terminal cannot show or take, so that
 * it can be copied from one. Newlines in plain quotes stay as they are. */
char *shell_quote_printable(const char *s);

/* Edits between two words (insert, delete, replace, swap). At most 63 bytes are looked at. */
unsigned edit_distance(const char *a, const char *b);

/* The same, for "did you mean": UINT_MAX where `typed` is too far from the word to be a misspelling
 * of it. */
unsigned near_miss(const char *word, const char *typed);

/* Columns a terminal gives a text; bytes where the locale cannot tell. */
int display_width(const char *s);
