/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>

#include "basic/string-util.h"
#include "basic/strv.h"
#include "npm/pack/glob-braces.h"
#include "npm/spec/js-text.h"

#define DEPTH_MAX 64 /* braces within braces */

/* Stand for characters that a backslash has taken their meaning from; never in UTF-8. */
static const char escaped[] = "\\{},.", marks[] = "\xf8\xf9\xfa\xfb\xfc";
#define MARK_CLOSE '\xfa'

typedef struct Braces {
        Slice pre, body, post;
} Braces;

/* The first pair that belongs together, or, where one is never closed, the first within it. */
static bool find_braces(Slice s, Braces *ret) {
        size_t open[DEPTH_MAX], n = 0, left = SIZE_MAX, right = 0;

        for (size_t i = 0; i < s.n; i++) {
                if (s.s[i] == '{') {
                        if (n == DEPTH_MAX)
                                return false;
                        open[n++] = i;
                } else if (s.s[i] == '}' && n == 1) {
                        left = open[0];
                        right = i;
                        n = 0;
                        break;
                } else if (s.s[i] == '}' && n > 1 && open[--n] < left) {
                        left = open[n];
                        right = i;
                }
        }
        if (left == SIZE_MAX)
                return false;
        *ret = (Braces) { { s.s, left },
                          { s.s + left + 1, right - left - 1 },
                          { s.s + right + 1, s.n - right - 1 } };
        return true;
}

/* "1..5", "a..e", with "..2" as the step: the numbers, or the letters' codes. */
typedef struct Sequence {
        long from, to, step;
        int width; /* with leading zeros so wide; 0: none were written */
        bool letters;
} Sequence;

static bool number_at(const char **p, const char *end, long *ret, bool *ret_padded) {
        const char *s = *p, *digits;
        long value = 0;

        if (s < end && *s == '-')
                s++;
        digits = s;
        for (; s < end && isdigit((uint8_t) *s) && s - digits < 9; s++)
                value = value * 10 + (*s - '0');
        if (s == digits || (s < end && isdigit((uint8_t) *s)))
                return false;
        *ret_padded = *ret_padded || (*digits == '0' && s - digits > 1);
        *ret = **p == '-' ? -value : value;
        *p = s;
        return true;
}

static bool dots_at(const char **p, const char *end) {
        bool yes = end - *p > 2 && (*p)[0] == '.' && (*p)[1] == '.';

        *p += yes ? 2 : 0;
        return yes;
}

static bool end_at(const char **p, const char *end, bool letters, long *ret, bool *ret_padded) {
        if (!letters)
                return number_at(p, end, ret, ret_padded);
        if (*p == end || !isalpha((uint8_t) (*p)[0]))
                return false;
        *ret = *(*p)++;
        return true;
}

static bool parse_sequence(Slice body, Sequence *ret) {
        const char *p = body.s, *end = body.s + body.n, *second;
        bool padded = false, letters = body.n > 0 && isalpha((uint8_t) body.s[0]);
        Sequence q = { .step = 1, .letters = letters };

        if (!end_at(&p, end, letters, &q.from, &padded))
                return false;
        q.width = (int) (p - body.s);
        if (!dots_at(&p, end))
                return false;
        second = p;
        if (!end_at(&p, end, letters, &q.to, &padded))
                return false;
        q.width = padded ? MAX2(q.width, (int) (p - second)) : 0;
        if (p < end && (!dots_at(&p, end) || !number_at(&p, end, &q.step, &padded) || p != end))
                return false;
        q.step = MAX2(labs(q.step), 1L) * (q.to < q.from ? -1 : 1);
        *ret = q;
        return true;
}

static int add_sequence(const Sequence *q, char ***values) {
        for (long i = q->from; q->step > 0 ? i <= q->to : i >= q->to; i += q->step) {
                int r;

                if (strv_length(*values) >= GLOB_EXPANSIONS_MAX)
                        return -E2BIG;
                r = q->letters ? strv_extendf(values, "%c", (int) i)
                               : strv_extendf(values, "%0*ld", q->width, i);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int expand_braces(Slice s, unsigned depth, char ***ret);

/* The parts between commas that are in no further braces, each expanded. */
static int add_options(Slice body, unsigned depth, char ***values) {
        _cleanup_(strv_freep) char **inner = NULL;
        size_t level = 0, start = 0;
        int r;

        for (size_t i = 0; i <= body.n; i++) {
                char c = i < body.n ? body.s[i] : ',';

                level += c == '{';
                level -= c == '}' && level > 0;
                if (i == body.n && start == 0)
                        break;
                if (c == ',' && (level == 0 || i == body.n)) {
                        r = expand_braces((Slice) { body.s + start, i - start }, depth, values);
                        if (r < 0)
                                return r;
                        start = i + 1;
                }
        }
        if (start > 0)
                return 0;

        /* x{{a,b}}y: all commas are further in, and the outer braces stay */
        r = expand_braces(body, depth, &inner);
        if (r < 0)
                return r;
        STRV_FOREACH(s, inner) {
                r = strv_extendf(values, "{%s}", *s);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Every value between what stands before and every form of what comes after. */
static int combine_parts(Slice pre, char *const *values, char *const *ends, char ***ret) {
        int r = 0;

        STRV_FOREACH(value, values)
                STRV_FOREACH(end, ends) {
                        if (strv_length(*ret) >= GLOB_EXPANSIONS_MAX)
                                return -E2BIG;
                        r = strv_extendf(ret, SLICE_FORMAT "%s%s", SLICE_ARG(pre), *value, *end);
                        if (r < 0)
                                return r;
                }
        return 0;
}

static bool comma_then_brace(Slice post) {
        const char *close = memrchr(post.s, '}', post.n),
                   *comma = close ? memchr(post.s, ',', (size_t) (close - post.s)) : NULL;

        return comma != NULL;
}

/* Appends. */
static int expand_braces(Slice s, unsigned depth, char ***ret) {
        _cleanup_(strv_freep) char **values = NULL, **ends = NULL;
        _cleanup_(freep) char *closed = NULL;
        Sequence sequence;
        Braces b;
        int r;

        if (depth > DEPTH_MAX)
                return -E2BIG;
        if (!find_braces(s, &b))
                return strv_extendf(ret, SLICE_FORMAT, SLICE_ARG(s));

        if (b.pre.n > 0 && b.pre.s[b.pre.n - 1] == '$')
                r = strv_extendf(&values, "{" SLICE_FORMAT "}", SLICE_ARG(b.body));
        else if (parse_sequence(b.body, &sequence))
                r = add_sequence(&sequence, &values);
        else if (memchr(b.body.s, ',', b.body.n))
                r = add_options(b.body, depth + 1, &values);
        else if (comma_then_brace(b.post)) { /* {a},b}: that brace closes nothing */
                if (strdupf(&closed, SLICE_FORMAT "{" SLICE_FORMAT "%c" SLICE_FORMAT,
                            SLICE_ARG(b.pre), SLICE_ARG(b.body), MARK_CLOSE, SLICE_ARG(b.post)) < 0)
                        return -ENOMEM;
                return expand_braces(slice(closed), depth + 1, ret);
        } else
                return strv_extendf(ret, SLICE_FORMAT, SLICE_ARG(s));

        if (r < 0)
                return r;
        r = expand_braces(b.post, depth + 1, &ends);
        if (r < 0)
                return r;
        return combine_parts(b.pre, values, ends, ret);
}

static void swap_marks(char *s, const char *from, const char *to, bool unescape) {
        char *out = s;

        for (; *s; s++) {
                const char *p = NULL;

                if (!unescape && *s == '\\' && s[1])
                        p = strchr(from, s[1]);
                else if (unescape)
                        p = strchr(from, *s);
                s += p && !unescape;
                *out++ = p ? to[p - from] : *s;
        }
        *out = 0;
}

int glob_expand(const char *text, size_t size, char ***ret) {
        _cleanup_(strv_freep) char **all = NULL;
        _cleanup_(freep) char *copy = strndup(text, size);
        const char *open;
        int r;

        if (!copy)
                return -ENOMEM;
        open = strchr(copy, '{');
        if (!open || !strchr(open, '}') || !utf8_is_valid(copy, strlen(copy)))
                return strv_extend(ret, copy);

        swap_marks(copy, escaped, marks, /* unescape= */ false);
        if (startswith(copy, "{}")) { /* as a shell has it, only where it comes first */
                copy[0] = marks[1];
                copy[1] = MARK_CLOSE;
        }
        r = expand_braces(slice(copy), 0, &all);
        if (r < 0)
                return r;
        STRV_FOREACH(s, all)
                swap_marks(*s, marks, escaped, /* unescape= */ true);
        *ret = TAKE_PTR(all);
        return 0;
}
