/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/string-util.h"

#include <limits.h>
#include <stdarg.h>
#include <wchar.h>

#define EDIT_DISTANCE_MAX 63
#define NEAR_MISS_MAX     3 /* slips ... */
#define NEAR_MISS_PART    3 /* ... and one in so many letters */

const char *startswith(const char *s, const char *prefix) {
        size_t n = strlen(prefix);

        return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

bool endswith(const char *s, const char *suffix) {
        size_t n = strlen(s), m = strlen(suffix);

        return n >= m && streq(s + n - m, suffix);
}

int free_and_strdup(char **p, const char *s) {
        char *copy = NULL;

        if (s) {
                copy = strdup(s);
                if (!copy)
                        return -ENOMEM;
        }
        free(*p);
        *p = copy;
        return 0;
}

int strdupf(char **ret, const char *format, ...) {
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(ret, format, ap);
        va_end(ap);
        if (n >= 0)
                return 0;
        *ret = NULL;
        return -ENOMEM;
}

size_t utf8_decode(const char *s, size_t size, uint32_t *ret) {
        static const struct {
                uint8_t mask, lead;
                uint32_t min;
        } forms[] = {
                { 0xe0, 0xc0, 0x80 },
                { 0xf0, 0xe0, 0x800 },
                { 0xf8, 0xf0, 0x10000 },
        };
        const uint8_t *b = (const uint8_t *) s;

        if (size > 0 && b[0] < 0x80) {
                if (ret)
                        *ret = b[0];
                return 1;
        }
        for (size_t i = 0; i < ELEMENTSOF(forms); i++) {
                size_t n = i + 2;
                uint32_t c;

                if (size < n || (b[0] & forms[i].mask) != forms[i].lead)
                        continue;

                c = b[0] & (uint8_t) ~forms[i].mask;
                for (size_t k = 1; k < n; k++) {
                        if ((b[k] & 0xc0) != 0x80)
                                return 0;
                        c = c << 6 | (b[k] & 0x3f);
                }
                if (c < forms[i].min || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
                        return 0;
                if (ret)
                        *ret = c;
                return n;
        }
        return 0;
}

size_t utf8_sequence_length(const char *s, size_t size) {
        return utf8_decode(s, size, /* ret= */ NULL);
}

size_t utf8_encode(uint32_t c, char *ret) {
        assert(c <= 0x10ffff);

        if (c < 0x80) {
                ret[0] = (char) c;
                return 1;
        }
        if (c < 0x800) {
                ret[0] = (char) (0xc0 | c >> 6);
                ret[1] = (char) (0x80 | (c & 0x3f));
                return 2;
        }
        if (c < 0x10000) {
                ret[0] = (char) (0xe0 | c >> 12);
                ret[1] = (char) (0x80 | (c >> 6 & 0x3f));
                ret[2] = (char) (0x80 | (c & 0x3f));
                return 3;
        }
        ret[0] = (char) (0xf0 | c >> 18);
        ret[1] = (char) (0x80 | (c >> 12 & 0x3f));
        ret[2] = (char) (0x80 | (c >> 6 & 0x3f));
        ret[3] = (char) (0x80 | (c & 0x3f));
        return 4;
}

bool utf8_is_valid(const char *s, size_t size) {
        for (size_t n; size > 0; s += n, size -= n) {
                n = utf8_sequence_length(s, size);
                if (n == 0)
                        return false;
        }
        return true;
}

size_t utf8_fit(const char *s, size_t max) {
        size_t n = strnlen(s, max + 1);

        if (n <= max)
                return n;
        for (n = max; n > 0 && ((uint8_t) s[n] & 0xc0) == 0x80; n--)
                ;
        return n;
}

bool has_control(const char *s) {
        for (; *s; s++)
                if ((uint8_t) *s < 0x20 || *s == 0x7f)
                        return true;
        return false;
}

/* C0, DEL, C1, and the characters that reorder what a terminal shows. */
static bool is_harmful(uint32_t c) {
        return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e || c == 0x200f || c == 0x061c ||
               (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char *escape_control(const char *s, bool keep_newlines) {
        size_t size = strlen(s);
        char *escaped, *t;

        /* \uNNNN for two bytes of input is the worst case: three for one, four for one with \xNN */
        escaped = t = malloc(size * 4 + 1);
        if (!escaped)
                return NULL;

        while (size > 0) {
                uint32_t c = 0;
                size_t n = utf8_decode(s, size, &c);

                if (n == 0) {
                        t += sprintf(t, "\\x%02x", (uint8_t) *s);
                        n = 1;
                } else if (is_harmful(c) && !(c == '\n' && keep_newlines) && c != '\t')
                        t += sprintf(t, c < 0x80 ? "\\x%02x" : "\\u%04x", c);
                else {
                        memcpy(t, s, n);
                        t += n;
                }
                s += n;
                size -= n;
        }
        *t = 0;
        return escaped;
}

char *escape_cut(const char *s, size_t max, bool keep_newlines) {
        _cleanup_(freep) char *cut = NULL;
        size_t n = utf8_fit(s, max);

        if (!s[n])
                return escape_control(s, keep_newlines);
        if (strdupf(&cut, "%.*s…", (int) n, s) < 0)
                return NULL;
        return escape_control(cut, keep_newlines);
}

char *shell_quote(const char *s) {
        static const char plain[] =
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
        char *quoted, *t;

        /* zsh takes "=word" for the path of a program. */
        if (s[0] && s[0] != '=' && strspn(s, plain) == strlen(s))
                return strdup(s);

        quoted = t = malloc(strlen(s) * 4 + 3);
        if (!quoted)
                return NULL;

        *t++ = '\'';
        for (; *s; s++)
                if (*s == '\'')
                        t = stpcpy(t, "'\\''");
                else
                        *t++ = *s;
        *t++ = '\'';
        *t = 0;
        return quoted;
}

/* Whether a POSIX shell's quotes are not enough: what is left out is harmless on a terminal. */
static bool needs_escapes(const char *s, size_t size) {
        for (size_t n; size > 0; s += n, size -= n) {
                uint32_t c = 0;

                n = utf8_decode(s, size, &c);
                if (n == 0 || (is_harmful(c) && c != '\n'))
                        return true;
        }
        return false;
}

char *shell_quote_printable(const char *s) {
        size_t size = strlen(s);
        char *quoted, *t;

        if (!needs_escapes(s, size))
                return shell_quote(s);
        quoted = t = malloc(size * 4 + 4);
        if (!quoted)
                return NULL;

        t = stpcpy(t, "$'");
        while (size > 0) {
                uint32_t c = 0;
                size_t n = utf8_decode(s, size, &c);

                if (*s == '\'' || *s == '\\') {
                        *t++ = '\\';
                        *t++ = *s;
                } else if (n > 0 && !is_harmful(c)) {
                        memcpy(t, s, n);
                        t += n;
                } else {
                        n = MAX2(n, (size_t) 1);
                        for (size_t i = 0; i < n; i++)
                                t += sprintf(t, "\\x%02x", (uint8_t) s[i]);
                }
                s += n;
                size -= n;
        }
        (void) strcpy(t, "'");
        return quoted;
}

unsigned edit_distance(const char *a, const char *b) {
        unsigned d[EDIT_DISTANCE_MAX + 1][EDIT_DISTANCE_MAX + 1];
        size_t n = MIN2(strlen(a), (size_t) EDIT_DISTANCE_MAX);
        size_t m = MIN2(strlen(b), (size_t) EDIT_DISTANCE_MAX);

        for (size_t i = 0; i <= n; i++)
                for (size_t k = 0; k <= m; k++) {
                        unsigned best;

                        if (i == 0 || k == 0) {
                                d[i][k] = (unsigned) (i + k);
                                continue;
                        }
                        best = d[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
                        best = MIN2(best, d[i - 1][k] + 1);
                        best = MIN2(best, d[i][k - 1] + 1);
                        if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                                best = MIN2(best, d[i - 2][k - 2] + 1);
                        d[i][k] = best;
                }
        return d[n][m];
}

unsigned near_miss(const char *word, const char *typed) {
        unsigned distance = edit_distance(word, typed);

        if (distance > MIN2(strlen(typed) / NEAR_MISS_PART, (size_t) NEAR_MISS_MAX))
                return UINT_MAX;
        return distance;
}

int display_width(const char *s) {
        wchar_t wide[256];
        size_t n = 0;
        int width;

        while (s[n] >= ' ' && s[n] <= '~')
                n++;
        if (!s[n])
                return (int) n;
        n = mbstowcs(wide, s, ELEMENTSOF(wide));
        width = n < ELEMENTSOF(wide) ? wcswidth(wide, n) : -1;

        return width >= 0 ? width : (int) strlen(s);
}
