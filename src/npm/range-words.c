/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/range-words.h"

#include <float.h>

#include "basic/string-util.h"

/* npm rewrites a range's text in passes until only comparators are left. What people publish
 * depends on the accidents of those passes ("> 1.2", "~ > 1", "1.2.3*"), so this does the same
 * passes, each as a scan of its own. */

#define NUMBER_TEXT_MAX 32
#define EXPONENT_FROM   1e21 /* from here on JavaScript prints numbers with an exponent */

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
                text = (Slice){ text.s + n, text.n - n };
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
                after += operator_scan(slice(after), &operator);
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

static bool is_x(Slice part) {
        return part.n == 0 || !semver_part_is_number(part);
}

/* How many components are numbers before the first that is not. */
static size_t count_numbers(const SemverParts *p) {
        return is_x(p->major) ? 0 : is_x(p->minor) ? 1 : is_x(p->patch) ? 2 : 3;
}

/* One more, as JavaScript prints it. */
static const char *next_number(Slice number, char buffer[static NUMBER_TEXT_MAX]) {
        double d = strtod(strndupa(number.s, number.n), NULL) + 1;

        if (d < EXPONENT_FROM)
                (void) snprintf(buffer, NUMBER_TEXT_MAX, "%.0f", d);
        else
                for (int digits = 0; digits <= DBL_DECIMAL_DIG; digits++) {
                        (void) snprintf(buffer, NUMBER_TEXT_MAX, "%.*e", digits, d);
                        if (!(strtod(buffer, NULL) < d) && !(strtod(buffer, NULL) > d))
                                break;
                }
        return buffer;
}

/* Writes OPERATOR and the first n components, zeros for the rest, then the suffix. The component
 * `bump` is one more, and those after it zero; a negative one bumps none. */
static int write_bound(const char *operator, const SemverParts * p, size_t n, int bump,
                       const char *suffix, char **ret) {
        const Slice parts[] = { p->major, p->minor, p->patch };
        char buffer[NUMBER_TEXT_MAX];
        Slice out[3];

        for (size_t i = 0; i < ELEMENTSOF(out); i++)
                if (bump >= 0 && i == (size_t) bump)
                        out[i] = slice(next_number(parts[i], buffer));
                else if (i >= n || (bump >= 0 && i > (size_t) bump))
                        out[i] = slice("0");
                else
                        out[i] = parts[i];

        if (asprintf(ret, "%s" SLICE_FORMAT "." SLICE_FORMAT "." SLICE_FORMAT "%s", operator,
                     SLICE_ARG(out[0]), SLICE_ARG(out[1]), SLICE_ARG(out[2]), suffix) < 0) {
                *ret = NULL;
                return -ENOMEM;
        }
        return 0;
}

/* The lower bound of "^", "~" and a bare part: what is written, or the first version it may be. */
static int write_lower(const SemverParts *p, size_t n, const char *lowest, char **ret) {
        _cleanup_(freep) char *suffix = NULL;

        if (n < 3)
                return write_bound(">=", p, n, -1, lowest, ret);
        if (p->prerelease.n > 0 &&
            asprintf(&suffix, "-" SLICE_FORMAT, SLICE_ARG(p->prerelease)) < 0) {
                suffix = NULL;
                return -ENOMEM;
        }
        return write_bound(">=", p, n, -1, suffix ?: "", ret);
}

/* "1.2 - 3.4" becomes ">=1.2.0 <3.5.0-0"; 0 and NULL if the text is no such range. */
static int expand_hyphen(const char *text, SemverFlags flags, char **ret) {
        bool loose = flags & SEMVER_LOOSE;
        const char *lowest = flags & SEMVER_INCLUDE_PRERELEASE ? "-0" : "";
        _cleanup_(freep) char *from = NULL, *to = NULL;
        Slice left, right;
        SemverParts a, b;
        const char *sign;
        int r;

        *ret = NULL;
        text += *text == ' ';
        sign = strstr(text, " - ");
        if (!sign)
                return 0;
        left = (Slice){ text, (size_t) (sign - text) };
        right = slice(sign + strlen(" - "));
        right.n -= endswith(right.s, " ");
        if (!semver_scan_whole(left, loose, &a) || !semver_scan_whole(right, loose, &b))
                return 0;

        if (count_numbers(&a) == 3) {
                if (asprintf(&from, ">=" SLICE_FORMAT "%s", SLICE_ARG(left),
                             a.prerelease.n > 0 ? "" : lowest) < 0)
                        return -ENOMEM;
        } else if (count_numbers(&a) > 0) {
                r = write_bound(">=", &a, count_numbers(&a), -1, lowest, &from);
                if (r < 0)
                        return r;
        }

        if (count_numbers(&b) == 3 && b.prerelease.n > 0)
                r = asprintf(&to,
                             "<=" SLICE_FORMAT "." SLICE_FORMAT "." SLICE_FORMAT "-" SLICE_FORMAT,
                             SLICE_ARG(b.major), SLICE_ARG(b.minor), SLICE_ARG(b.patch),
                             SLICE_ARG(b.prerelease));
        else if (count_numbers(&b) == 3 && !*lowest)
                r = asprintf(&to, "<=" SLICE_FORMAT, SLICE_ARG(right));
        else if (count_numbers(&b) > 0)
                r = write_bound("<", &b, 3, (int) count_numbers(&b) - 1, "-0", &to);
        else
                r = 0;
        if (r < 0)
                return -ENOMEM;

        r = asprintf(ret, "%s%s%s", from ?: "", from && to ? " " : "", to ?: "");
        return r < 0 ? -ENOMEM : 0;
}

/* What a word stands for: one or two comparators' texts, or nothing at all. */
typedef struct Expansion {
        char *lower, *upper; /* either may be NULL */
        bool any;            /* takes every version */
        bool unchanged;      /* the word is (perhaps) a comparator itself */
} Expansion;

static void expansion_done(Expansion *e) {
        free(e->lower);
        free(e->upper);
}

/* "^1.2.3": up to the next change of the first component that is not 0. "~1.2.3": of the minor one.
 */
static int expand_sign(char sign, const SemverParts *p, const char *lowest, Expansion *e) {
        const Slice parts[] = { p->major, p->minor };
        size_t n = count_numbers(p), bump = 0;
        int r;

        if (n == 0) {
                e->any = true;
                return 0;
        }
        if (sign == '~')
                bump = n > 1;
        else
                while (bump + 1 < n && slice_is(parts[bump], "0"))
                        bump++;

        r = write_lower(p, n, lowest, &e->lower);
        if (r < 0)
                return r;
        return write_bound("<", p, n, (int) bump, "-0", &e->upper);
}

/* "1.x", ">1.2", "<=1": a comparator with components missing. */
static int expand_partial(Operator operator, const SemverParts * p, const char *lowest,
                          Expansion *e) {
        size_t n = count_numbers(p);
        int last = (int) n - 1, r;

        if (n == 0) {
                if (operator== OPERATOR_LT || operator== OPERATOR_GT) {
                        e->upper = strdup("<0.0.0-0");
                        return e->upper ? 0 : -ENOMEM;
                }
                e->any = true;
                return 0;
        }

        switch (operator) {
        case OPERATOR_GT:
                return write_bound(">=", p, n, last, lowest, &e->lower);
        case OPERATOR_GE:
                return write_bound(">=", p, n, -1, lowest, &e->lower);
        case OPERATOR_LT:
                return write_bound("<", p, n, -1, "-0", &e->upper);
        case OPERATOR_LE:
                return write_bound("<", p, n, last, "-0", &e->upper);
        default:
                r = write_lower(p, n, lowest, &e->lower);
                if (r < 0)
                        return r;
                return write_bound("<", p, n, last, "-0", &e->upper);
        }
}

static int expand_word(const char *word, SemverFlags flags, Expansion *e) {
        bool loose = flags & SEMVER_LOOSE;
        const char *lowest = flags & SEMVER_INCLUDE_PRERELEASE ? "-0" : "", *rest;
        Operator operator;
        SemverParts p;

        if (word[0] == '^' || word[0] == '~') {
                rest = word + 1 + (word[0] == '~' && word[1] == '>');
                if (semver_scan_whole(slice(rest), loose, &p))
                        return expand_sign(word[0], &p, lowest, e);
        }

        rest = word + operator_scan(slice(word), &operator);
        if (semver_scan_whole(slice(rest), loose, &p) && count_numbers(&p) < 3 &&
            !(is_x(p.major) && !is_x(p.minor)) && !(is_x(p.minor) && !is_x(p.patch)))
                return expand_partial(operator, & p, lowest, e);

        e->unchanged = true;
        return 0;
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

        rest = slice(text + operator_scan(slice(text), &operator));
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

        r = expand_word(word, flags, &e);
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
        r = expand_hyphen(text, flags, &expanded);
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
