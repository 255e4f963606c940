/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <locale.h>
#include <wctype.h>

#include "basic/string-util.h"
#include "npm/pack/glob-part.h"

/* One name of a path. fnmatch() with FNM_EXTMATCH was tried: it differs for 357 of glob-diff.js's
 * 16,040 patterns (npm counts in UTF-16, and reads classes and groups in its own way), and cannot
 * be limited: "+(a|aa)" written nine times takes it 16 s for a name of 18 letters, and once more
 * takes eight times as long. */

/* What is still to be matched: a piece of the pattern, then the next. */
typedef struct Rest {
        const uint16_t *p, *end;
        const struct Rest *next;
        const uint16_t *again; /* the piece is a group's repetition, which has to get beyond this */
} Rest;

typedef struct Match {
        const uint16_t *end; /* of the name */
        unsigned *steps;
} Match;

static locale_t utf8_locale(void) {
        static locale_t locale;

        if (!locale)
                locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t) 0);
        return locale;
}

/* JavaScript's: no character outside of ASCII becomes one of it. */
static uint16_t fold_upper(uint16_t c) {
        wint_t u;

        if (c < 0x80)
                return c >= 'a' && c <= 'z' ? (uint16_t) (c - ('a' - 'A')) : c;
        if (!utf8_locale())
                return c;
        u = towupper_l(c, utf8_locale());
        return u >= 0x80 && u <= UINT16_MAX ? (uint16_t) u : c;
}

static uint16_t fold_lower(uint16_t c) {
        wint_t l;

        if (c < 0x80)
                return c >= 'A' && c <= 'Z' ? (uint16_t) (c + ('a' - 'A')) : c;
        if (!utf8_locale())
                return c;
        l = towlower_l(c, utf8_locale());
        return l >= 0x80 && l <= UINT16_MAX ? (uint16_t) l : c;
}

static bool same_letter(uint16_t a, uint16_t b) {
        return a == b || fold_upper(a) == fold_upper(b);
}

/* -- [a-z] ---------------------------------------------------------------------------- */

static bool in_range(uint16_t c, uint16_t from, uint16_t to) {
        return (c >= from && c <= to) || (fold_upper(c) >= from && fold_upper(c) <= to) ||
               (fold_lower(c) >= from && fold_lower(c) <= to);
}

/* Matches a class such as "[:alpha:]"; returns its length, 0 if there is none. */
static size_t named_class(const uint16_t *p, const uint16_t *end, uint16_t c, bool *hit) {
        static const char *const names[] = { "alnum", "alpha", "ascii", "blank", "cntrl",
                                             "digit", "graph", "lower", "print", "punct",
                                             "space", "upper", "word",  "xdigit" };
        char text[16];
        size_t n = 0;

        if (end - p < 2 || p[1] != ':')
                return 0;
        for (p += 2; p < end && *p < 0x80 && *p != ':' && n < sizeof(text) - 1; p++)
                text[n++] = (char) *p;
        text[n] = 0;
        if (end - p < 2 || p[0] != ':' || p[1] != ']')
                return 0;
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (streq(text, names[i])) {
                        bool word = streq(text, "word");

                        if (streq(text, "ascii"))
                                *hit = *hit || c < 0x80;
                        else if (utf8_locale())
                                *hit = *hit || (word && c == '_') ||
                                       iswctype_l(c, wctype_l(word ? "alnum" : text, utf8_locale()),
                                                  utf8_locale());
                        return n + 4;
                }
        return 0;
}

/* Bytes of a class, 0 if it is never closed. `hit` is whether the character is in it; in one
 * without sense ("[z-a]") nothing is. */
static size_t match_class(const uint16_t *start, const uint16_t *end, uint16_t c, bool *hit) {
        const uint16_t *p = start + 1;
        bool negated, any = false, in = false, quoted = false;
        int from = -1;

        negated = p < end && (*p == '!' || *p == '^');
        p += negated;
        for (const uint16_t *first = p; p < end; quoted = false) {
                size_t n;

                if (*p == ']' && p > first && !quoted) {
                        *hit = any && in != negated;
                        return (size_t) (p + 1 - start);
                }
                if (*p == '\\' && p + 1 < end) {
                        quoted = true;
                        p++;
                }
                n = *p == '[' && !quoted ? named_class(p, end, c, &in) : 0;
                if (n > 0) {
                        any = from < 0;
                        if (from >= 0)
                                break;
                        p += n;
                } else if (from >= 0) {
                        in = in || in_range(c, (uint16_t) from, *p);
                        any = any || *p >= from;
                        from = -1;
                        p++;
                } else if (end - p > 2 && p[1] == '-' && p[2] != ']') {
                        from = *p;
                        p += 2;
                } else {
                        in = in || same_letter(c, *p);
                        any = true;
                        p++;
                }
        }
        *hit = false;
        return from >= 0 && p < end ? (size_t) (end - start) : 0;
}

/* -- @(a|b) --------------------------------------------------------------------------- */

static bool begins_group(const uint16_t *p, const uint16_t *end) {
        return end - p > 1 && p[1] == '(' && *p < 0x80 && strchr("!?+*@", *p) && *p;
}

/* From within a group: the next "|" or the ")" that is its own; NULL if it has no end. */
static const uint16_t *group_next(const uint16_t *p, const uint16_t *end) {
        bool class = false;

        for (size_t depth = 0; p < end; p++)
                if (*p == '\\')
                        p++;
                else if (class)
                        class = *p != ']';
                else if (*p == '[')
                        class = true;
                else if (begins_group(p, end)) {
                        depth++;
                        p++;
                } else if (*p == ')' && depth-- == 0)
                        return p;
                else if (*p == '|' && depth == 0)
                        return p;
        return NULL;
}

static bool match_from(Match *m, const Rest *rest, const uint16_t *s);

static bool match_group(Match *m, const Rest *rest, const uint16_t *close, const uint16_t *s) {
        const uint16_t kind = *rest->p;
        const Rest after = { close + 1, rest->end, rest->next, NULL };
        Rest again = { rest->p, rest->end, rest->next, s };

        if (rest->again == s)
                return match_from(m, &after, s); /* an empty repetition gets nowhere */
        if ((kind == '?' || kind == '*' || rest->again) && match_from(m, &after, s))
                return true;
        for (const uint16_t *p = rest->p + 2, *end; p <= close; p = end + 1) {
                Rest option = { .p = p, .next = kind == '*' || kind == '+' ? &again : &after };

                option.end = end = group_next(p, close + 1);
                if (match_from(m, &option, s))
                        return kind != '!';
        }
        if (kind != '!')
                return false;
        /* "!()" is something, "!(x)" may be nothing */
        for (s += close == rest->p + 2; s <= m->end; s++)
                if (match_from(m, &after, s))
                        return true;
        return false;
}

/* -- a name --------------------------------------------------------------------------- */

static bool match_star(Match *m, const Rest *rest, const uint16_t *s) {
        Rest after = *rest;

        do /* a group that is never closed begins with a star like any other */
                after.p++;
        while (after.p < after.end && *after.p == '*' && !begins_group(after.p, after.end));
        for (; s <= m->end; s++)
                if (match_from(m, &after, s))
                        return true;
        return false;
}

static bool match_from(Match *m, const Rest *rest, const uint16_t *s) {
        Rest here;

        while (rest && rest->p == rest->end)
                rest = rest->next;
        if (!rest)
                return s == m->end;

        for (here = *rest; here.p < here.end; here.again = NULL) {
                const uint16_t *close;
                bool hit = false, quoted;
                size_t n;

                if (*m->steps == 0)
                        return false;
                --*m->steps;
                if (begins_group(here.p, here.end)) {
                        for (close = group_next(here.p + 2, here.end); close && *close == '|';)
                                close = group_next(close + 1, here.end);
                        if (close)
                                return match_group(m, &here, close, s);
                }
                if (*here.p == '*')
                        return match_star(m, &here, s);
                if (s == m->end)
                        return false;
                n = *here.p == '[' ? match_class(here.p, here.end, *s, &hit) : 0;
                if (n == 0) {
                        quoted = *here.p == '\\' && here.p + 1 < here.end;
                        here.p += quoted;
                        hit = (*here.p == '?' && !quoted) || same_letter(*here.p, *s);
                        n = 1;
                }
                if (!hit)
                        return false;
                here.p += n;
                s++;
        }
        return match_from(m, here.next, s);
}

/* "*.js", "???" and the like: npm compares what follows as it stands, backslashes included. */
static bool match_tail(GlobText pattern, size_t head, GlobText name) {
        size_t n = pattern.n - head;

        if (name.n < n)
                return false;
        for (size_t i = 0; i < n; i++)
                if (fold_lower(pattern.s[head + i]) != fold_lower(name.s[name.n - n + i]))
                        return false;
        return true;
}

static size_t span_class(GlobText t, uint16_t c) {
        size_t n = 0;

        while (n < t.n && t.s[n] == c)
                n++;
        return n;
}

bool glob_part_match(GlobText pattern, GlobText name, unsigned *steps) {
        static const uint16_t empty[1];

        /* "" may be NULL, to which C adds nothing, not even 0 */
        pattern.s = pattern.s ? pattern.s : empty;
        name.s = name.s ? name.s : empty;

        Match m = { name.s + name.n, steps };
        const Rest rest = { pattern.s, pattern.s + pattern.n, NULL, NULL };
        size_t stars = span_class(pattern, '*'), marks = span_class(pattern, '?'), plain;

        if (*steps == 0)
                return false;
        --*steps;
        if (pattern.n > 0 && stars == pattern.n)
                return name.n > 0;
        for (plain = stars + marks; plain < pattern.n; plain++)
                if (pattern.s[plain] < 0x80 && strchr("+@!?*[(", pattern.s[plain]))
                        break;
        if (plain == pattern.n && stars > 0 && marks == 0)
                return match_tail(pattern, stars, name);
        if (plain == pattern.n && marks > 0)
                return name.n == pattern.n && match_tail(pattern, marks, name);
        return match_from(&m, &rest, name.s);
}
