/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/spec/range-words.h"

#include "basic/string-util.h"
#include "npm/spec/range-expand.h"

/* npm rewrites a range's text in passes until only comparators are left. What people publish
 * depends on the accidents of those passes ("> 1.2", "~ > 1", "1.2.3*"), so this does the same
 * passes, each as a scan of its own. */

char *range_flatten(Slice text) {
        char *flat, *t;

        text = js_trim(text);
        flat = t = malloc(text.n + 1);
        if (!flat)
                return NULL;

        while (text.n > 0) {
                size_t n = js_space(text);

                if (n == 0)
                        *t++ = text.s[n++];
                else if (t == flat || t[-1] != ' ')
                        *t++ = ' ';
                text = (Slice) { text.s + n, text.n - n };
        }
        *t = 0;
        return flat;
}

static bool is_build(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-';
}

/* Removes each "+build.metadata". */
static void strip_builds(char *text) {
        char *t = text;

        for (const char *s = text; *s;) {
                const char *end = s + 1;

                if (*s != '+' || !is_build(*end)) {
                        *t++ = *s++;
                        continue;
                }
                while (is_build(*end) || (*end == '.' && is_build(end[1])))
                        end++;
                s = end;
        }
        *t = 0;
}

/* Removes the blank between an operator and its version. */
static void trim_operators(char *text) {
        char *t = text;

        for (const char *s = text; *s;) {
                const char *after, *version;
                SemverParts parts;
                Operator operator;
                size_t n;

                after = s + (*s == ' ');
                after += comparator_scan_operator(slice(after), &operator);
                version = after + (*after == ' ');

                n = semver_scan(slice(version), /* loose= */ true, &parts);
                if (n == 0 || !semver_parts_are_complete(&parts))
                        n = semver_scan(slice(version), /* loose= */ false, &parts);
                if (n == 0) {
                        *t++ = *s++;
                        continue;
                }
                memmove(t, s, (size_t) (after - s));
                t += after - s;
                memmove(t, version, n);
                t += n;
                s = version + n;
        }
        *t = 0;
}

/* Removes one blank after "~", "~>" (which becomes "~") or "^". */
static void trim_sign(char *text, char sign) {
        char *t = text;

        for (const char *s = text; *s;) {
                *t++ = *s;
                if (*s++ != sign)
                        continue;
                if (sign == '~' && s[0] == '>' && s[1] == ' ')
                        s += 2;
                else if (s[0] == ' ')
                        s++;
        }
        *t = 0;
}

/* "*" and the operator before it go, wherever in the word: "1.2.3*" is a version. */
static void strip_star(char *word) {
        char *star = strchr(word, '*'), *from = star;

        if (!star)
                return;
        if (from > word && from[-1] == '=')
                from--;
        if (from > word && (from[-1] == '<' || from[-1] == '>'))
                from--;
        memmove(from, star + 1, strlen(star + 1) + 1);
}

/* What is no comparator spoils the range, or in loose mode goes unnoticed; a number too large
 * always spoils it. */
static int add_comparator(const char *text, SemverFlags flags, ComparatorList *list) {
        bool loose = flags & SEMVER_LOOSE;
        Operator operator;
        SemverParts p;
        Semver v;
        Slice rest;
        int r;

        if (streq(text, flags & SEMVER_INCLUDE_PRERELEASE ? ">=0.0.0-0" : ">=0.0.0") ||
            isempty(text))
                return comparator_list_add_any(list);

        rest = slice(text + comparator_scan_operator(slice(text), &operator));
        if (!semver_scan_whole(rest, loose, &p) || !semver_parts_are_complete(&p) ||
            (!loose && p.prefix > 0 && !(p.prefix == 1 && rest.s[0] == 'v')))
                return loose ? 0 : -EINVAL;

        r = semver_parse(rest, flags, &v);
        if (r < 0)
                return r;
        return comparator_list_add(list, operator, & v);
}

/* A word that takes any version matters only at either end: that is where npm's own splitting keeps
 * it. */
static int parse_word(char *word, bool at_end, SemverFlags flags, ComparatorList *list) {
        _cleanup_(expansion_done) Expansion e = { 0 };
        int r;

        r = range_expand_word(word, flags, &e);
        if (r < 0)
                return r;
        if (e.unchanged) {
                strip_star(word);
                e.any = !word[0];
        }
        if (e.any)
                return at_end ? comparator_list_add_any(list) : 0;
        if (e.unchanged)
                return add_comparator(word, flags, list);
        if (e.lower) {
                r = add_comparator(e.lower, flags, list);
                if (r < 0)
                        return r;
        }
        return e.upper ? add_comparator(e.upper, flags, list) : 0;
}

int range_parse_set(char *text, SemverFlags flags, ComparatorList *list) {
        _cleanup_(freep) char *expanded = NULL;
        size_t n;
        int r;

        text += *text == ' ';
        n = strlen(text);
        if (n > 0 && text[n - 1] == ' ')
                text[n - 1] = 0;

        strip_builds(text);
        r = range_expand_hyphen(text, flags, &expanded);
        if (r < 0)
                return r;
        if (expanded) {
                text = expanded;
                strip_builds(text); /* a number with an exponent looks like one */
        }
        trim_operators(text);
        trim_sign(text, '~');
        trim_sign(text, '^');

        for (char *word = text, *next; word; word = next) {
                bool first = word == text;

                next = strchr(word, ' ');
                if (next)
                        *next++ = 0;
                r = parse_word(word, first || !next, flags, list);
                if (r < 0)
                        return r;
        }
        return 0;
}
