/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/spec/semver.h"

#include <inttypes.h>

/* npm bounds each identifier; without this one a range could match what npm's own reading does not.
 */
#define IDENTIFIER_MAX (SEMVER_LENGTH_MAX - 6)

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

static bool is_identifier(char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

static size_t span_of(Slice text, size_t max, bool (*is)(char c)) {
        size_t n = 0;

        while (n < text.n && n < max && is(text.s[n]))
                n++;
        return n;
}

static Slice skip_bytes(Slice text, size_t n) {
        return (Slice) { text.s + n, text.n - n };
}

/* A number: without leading zeros, unless loose. */
static size_t scan_number(Slice text, bool loose) {
        if (!loose && text.n > 0 && text.s[0] == '0')
                return 1;
        return span_of(text, loose ? SEMVER_LENGTH_MAX : SEMVER_LENGTH_MAX + 1, is_digit);
}

/* A number or x, X, *. */
static size_t scan_component(Slice text, bool loose) {
        if (text.n > 0 && strchr("xX*", text.s[0]) && text.s[0])
                return 1;
        return scan_number(text, loose);
}

/* One dot-separated part of a prerelease: digits, then something else, or a number. */
static size_t scan_identifier(Slice text, bool loose) {
        size_t n = span_of(text, SEMVER_LENGTH_MAX, is_digit);

        if (n < text.n && is_identifier(text.s[n]) && !is_digit(text.s[n]))
                return n + 1 + span_of(skip_bytes(text, n + 1), IDENTIFIER_MAX, is_identifier);
        return scan_number(text, loose);
}

static size_t scan_build_identifier(Slice text, bool loose) {
        return span_of(text, IDENTIFIER_MAX, is_identifier);
}

/* "a.b.c", as many as there are. */
static size_t scan_identifiers(Slice text, bool loose, size_t (*scan)(Slice text, bool loose)) {
        size_t n = scan(text, loose);

        while (n > 0 && n < text.n && text.s[n] == '.') {
                size_t m = scan(skip_bytes(text, n + 1), loose);

                if (m == 0)
                        break;
                n += 1 + m;
        }
        return n;
}

/* The prerelease with its hyphen. Loose, the hyphen may be missing, and a lone one is an identifier
 * itself. */
static size_t scan_prerelease(Slice text, bool loose, Slice *ret) {
        bool hyphen = text.n > 0 && text.s[0] == '-';
        size_t n = 0;

        if (hyphen) {
                n = scan_identifiers(skip_bytes(text, 1), loose, scan_identifier);
                if (n > 0) {
                        *ret = (Slice) { text.s + 1, n };
                        return n + 1;
                }
        }
        if (loose)
                n = scan_identifiers(text, loose, scan_identifier);
        *ret = (Slice) { text.s, n };
        return n;
}

/* Prerelease and build metadata, both optional. */
static size_t scan_tail(Slice text, bool loose, Slice *ret_prerelease) {
        size_t n = scan_prerelease(text, loose, ret_prerelease), m = 0;

        if (n < text.n && text.s[n] == '+')
                m = scan_identifiers(skip_bytes(text, n + 1), loose, scan_build_identifier);
        return m > 0 ? n + 1 + m : n;
}

size_t semver_scan(Slice text, bool loose, SemverParts *ret) {
        SemverParts p = { 0 };
        Slice *const components[] = { &p.major, &p.minor, &p.patch };
        size_t n = 0, m;

        while (n < text.n) {
                m = strchr("v=", text.s[n]) && text.s[n] ? 1 : js_space(skip_bytes(text, n));
                if (m == 0)
                        break;
                n += m;
        }
        p.prefix = n;

        for (size_t i = 0; i < ELEMENTSOF(components); i++) {
                size_t dot = i > 0;

                if (dot && (n >= text.n || text.s[n] != '.'))
                        break;
                m = scan_component(skip_bytes(text, n + dot), loose);
                if (m == 0) {
                        if (i == 0)
                                return 0;
                        break;
                }
                *components[i] = (Slice) { text.s + n + dot, m };
                n += dot + m;
        }

        if (p.patch.n > 0)
                n += scan_tail(skip_bytes(text, n), loose, &p.prerelease);

        *ret = p;
        return n;
}

bool semver_scan_whole(Slice text, bool loose, SemverParts *ret) {
        size_t n = semver_scan(text, loose, ret), last;

        if (n == text.n)
                return n > 0;

        /* npm's pattern steps back one digit here */
        if (n == 0 || !loose || ret->patch.n < 2 || !semver_part_is_number(ret->patch) ||
            ret->prerelease.n > 0 || text.s[n] != '.')
                return false;
        last = (size_t) (ret->patch.s - text.s) + --ret->patch.n;
        return last + scan_tail(skip_bytes(text, last), loose, &ret->prerelease) == text.n;
}

static int parse_number(Slice text, uint64_t *ret) {
        uint64_t v = 0;

        if (!semver_part_is_number(text))
                return -EINVAL;
        for (size_t i = 0; i < text.n; i++) {
                v = v * 10 + (uint64_t) (text.s[i] - '0');
                if (v > SEMVER_NUMBER_MAX)
                        return -EINVAL;
        }
        *ret = v;
        return 0;
}

int semver_parse(Slice text, SemverFlags flags, Semver *ret) {
        bool loose = flags & SEMVER_LOOSE;
        SemverParts p;
        Semver v;

        if (text.n > SEMVER_LENGTH_MAX && js_length(text) > SEMVER_LENGTH_MAX)
                return -EINVAL;

        text = js_trim(text);
        if (!semver_scan_whole(text, loose, &p))
                return -EINVAL;
        if (!loose && p.prefix > 0 && !(p.prefix == 1 && text.s[0] == 'v'))
                return -EINVAL;
        if (parse_number(p.major, &v.major) < 0 || parse_number(p.minor, &v.minor) < 0 ||
            parse_number(p.patch, &v.patch) < 0)
                return -EINVAL;

        v.prerelease = p.prerelease;
        *ret = v;
        return 0;
}

/* Takes the first identifier off the list. */
static Slice next_identifier(Slice *list) {
        const char *dot = memchr(list->s, '.', list->n);
        Slice id = { list->s, dot ? (size_t) (dot - list->s) : list->n };

        *list = skip_bytes(*list, id.n + (dot ? 1 : 0));
        return id;
}

static bool is_numeric(Slice id) {
        return span_of(id, id.n, is_digit) == id.n;
}

/* JavaScript compares numbers as doubles: beyond 2^53 different ones may be equal. */
static double number_value(Slice id) {
        double v;
        char *copy;

        if (id.n <= 15) {
                uint64_t u = 0;

                for (size_t i = 0; i < id.n; i++)
                        u = u * 10 + (uint64_t) (id.s[i] - '0');
                return (double) u;
        }
        copy = strndupa(id.s, MIN2(id.n, (size_t) SEMVER_LENGTH_MAX));
        v = strtod(copy, NULL);
        return v;
}

static int compare_identifier(Slice a, Slice b) {
        bool x = is_numeric(a), y = is_numeric(b);
        int r;

        if (x && y) {
                double u = number_value(a), v = number_value(b);

                return (u > v) - (u < v);
        }
        if (x != y)
                return x ? -1 : 1;

        r = memcmp(a.s, b.s, MIN2(a.n, b.n));
        return r != 0 ? r : (a.n > b.n) - (a.n < b.n);
}

static int compare_prerelease(Slice a, Slice b) {
        if (a.n == 0 || b.n == 0)
                return (a.n == 0) - (b.n == 0);

        for (;;) {
                int r;

                if (a.n == 0 || b.n == 0)
                        return (a.n > 0) - (b.n > 0);
                r = compare_identifier(next_identifier(&a), next_identifier(&b));
                if (r != 0)
                        return r;
        }
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

int semver_compare(const Semver *a, const Semver *b) {
        int r = COMPARE(a->major, b->major);

        if (r == 0)
                r = COMPARE(a->minor, b->minor);
        if (r == 0)
                r = COMPARE(a->patch, b->patch);
        return r != 0 ? r : compare_prerelease(a->prerelease, b->prerelease);
}

char *semver_format(const Semver *v, char *buffer) {
        Slice rest = v->prerelease;
        char separator = '-';
        char *t = buffer;

        t += sprintf(t, "%" PRIu64 ".%" PRIu64 ".%" PRIu64, v->major, v->minor, v->patch);
        while (rest.n > 0) {
                Slice id = next_identifier(&rest);
                uint64_t number;

                /* "01" is the number 1, but only as far as integers are exact */
                if (parse_number(id, &number) >= 0 && is_numeric(id) && number < SEMVER_NUMBER_MAX)
                        t += sprintf(t, "%c%" PRIu64, separator, number);
                else
                        t += sprintf(t, "%c" SLICE_FORMAT, separator, SLICE_ARG(id));
                separator = '.';
        }
        return buffer;
}
