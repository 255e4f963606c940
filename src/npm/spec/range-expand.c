/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/spec/range-expand.h"

#include <float.h>

#include "basic/string-util.h"

#define NUMBER_TEXT_MAX 32
#define EXPONENT_FROM   1e21 /* from here on JavaScript prints numbers with an exponent */

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

        return strdupf(ret, "%s" SLICE_FORMAT "." SLICE_FORMAT "." SLICE_FORMAT "%s", operator,
                       SLICE_ARG(out[0]), SLICE_ARG(out[1]), SLICE_ARG(out[2]), suffix);
}

/* The lower bound of "^", "~" and a bare part: what is written, or the first version it may be. */
static int write_lower(const SemverParts *p, size_t n, const char *lowest, char **ret) {
        _cleanup_(freep) char *suffix = NULL;

        if (n < 3)
                return write_bound(">=", p, n, -1, lowest, ret);
        if (p->prerelease.n > 0 && strdupf(&suffix, "-" SLICE_FORMAT, SLICE_ARG(p->prerelease)) < 0)
                return -ENOMEM;
        return write_bound(">=", p, n, -1, suffix ?: "", ret);
}

int range_expand_hyphen(const char *text, SemverFlags flags, char **ret) {
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
        left = (Slice) { text, (size_t) (sign - text) };
        right = slice(sign + strlen(" - "));
        right.n -= endswith(right.s, " ");
        if (!semver_scan_whole(left, loose, &a) || !semver_scan_whole(right, loose, &b))
                return 0;

        if (count_numbers(&a) == 3) {
                if (strdupf(&from, ">=" SLICE_FORMAT "%s", SLICE_ARG(left),
                            a.prerelease.n > 0 ? "" : lowest) < 0)
                        return -ENOMEM;
        } else if (count_numbers(&a) > 0) {
                r = write_bound(">=", &a, count_numbers(&a), -1, lowest, &from);
                if (r < 0)
                        return r;
        }

        if (count_numbers(&b) == 3 && b.prerelease.n > 0)
                r = strdupf(&to,
                            "<=" SLICE_FORMAT "." SLICE_FORMAT "." SLICE_FORMAT "-" SLICE_FORMAT,
                            SLICE_ARG(b.major), SLICE_ARG(b.minor), SLICE_ARG(b.patch),
                            SLICE_ARG(b.prerelease));
        else if (count_numbers(&b) == 3 && !*lowest)
                r = strdupf(&to, "<=" SLICE_FORMAT, SLICE_ARG(right));
        else if (count_numbers(&b) > 0)
                r = write_bound("<", &b, 3, (int) count_numbers(&b) - 1, "-0", &to);
        else
                r = 0;
        if (r < 0)
                return -ENOMEM;

        return strdupf(ret, "%s%s%s", from ?: "", from && to ? " " : "", to ?: "");
}

void expansion_done(Expansion *e) {
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

int range_expand_word(const char *word, SemverFlags flags, Expansion *e) {
        bool loose = flags & SEMVER_LOOSE;
        const char *lowest = flags & SEMVER_INCLUDE_PRERELEASE ? "-0" : "", *rest;
        Operator operator;
        SemverParts p;

        if (word[0] == '^' || word[0] == '~') {
                rest = word + 1 + (word[0] == '~' && word[1] == '>');
                if (semver_scan_whole(slice(rest), loose, &p))
                        return expand_sign(word[0], &p, lowest, e);
        }

        rest = word + comparator_scan_operator(slice(word), &operator);
        if (semver_scan_whole(slice(rest), loose, &p) && count_numbers(&p) < 3 &&
            !(is_x(p.major) && !is_x(p.minor)) && !(is_x(p.minor) && !is_x(p.patch)))
                return expand_partial(operator, & p, lowest, e);

        e->unchanged = true;
        return 0;
}
