/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/spec/range.h"

#include "npm/spec/range-words.h"

#define COMPARATOR_TEXT_USUAL 16 /* bytes; longer ones take longer to compare */

#define DUPLICATES_MAX        64 /* bounds of one set among which they are looked for; each pair is */

/* Comparators in sets: a version must pass all of one set. */
struct Range {
        SemverFlags flags;
        Comparator *comparators;
        size_t n_comparators;
        size_t *ends; /* of each set, an index into comparators */
        size_t n_sets;
        size_t text_size; /* of what it was parsed from */
};

Range *range_free(Range *r) {
        if (!r)
                return NULL;
        for (size_t i = 0; i < r->n_comparators; i++)
                comparator_done(r->comparators + i);
        free(r->comparators);
        free(r->ends);
        free(r);
        return NULL;
}

static size_t set_start(const Range *r, size_t set) {
        return set == 0 ? 0 : r->ends[set - 1];
}

static bool is_any_set(const Range *r, size_t set) {
        size_t start = set_start(r, set);

        return r->ends[set] == start + 1 && r->comparators[start].any;
}

/* Keeps one set, the n-th. */
static void keep_only(Range *r, size_t set) {
        size_t start = set_start(r, set), n = r->ends[set] - start;

        for (size_t i = 0; i < r->n_comparators; i++)
                if (i < start || i >= start + n)
                        comparator_done(r->comparators + i);
        memmove(r->comparators, r->comparators + start, n * sizeof(Comparator));
        r->n_comparators = n;
        r->ends[0] = n;
        r->n_sets = 1;
}

static int append_set(Range *r, ComparatorList *list) {
        Comparator *c;
        size_t *ends;

        c = reallocarray(r->comparators, r->n_comparators + list->n, sizeof(Comparator));
        if (!c)
                return -ENOMEM;
        r->comparators = c;
        ends = reallocarray(r->ends, r->n_sets + 1, sizeof(size_t));
        if (!ends)
                return -ENOMEM;
        r->ends = ends;

        memcpy(r->comparators + r->n_comparators, list->items, list->n * sizeof(Comparator));
        r->n_comparators += list->n;
        list->n = 0;
        r->ends[r->n_sets++] = r->n_comparators;
        return 0;
}

static void drop_duplicates(ComparatorList *list) {
        size_t n = 0;

        for (size_t i = 0; i < list->n; i++) {
                bool seen = false;

                for (size_t k = 0; k < n && !seen; k++)
                        seen = comparator_equal(list->items + k, list->items + i);
                if (seen)
                        comparator_done(list->items + i);
                else
                        list->items[n++] = list->items[i];
        }
        list->n = n;
}

/* Takes a list apart that holds the impossible comparator or "any", and duplicates. */
static void reduce_list(ComparatorList *list) {
        for (size_t i = 0; i < list->n; i++)
                if (comparator_is_nothing(list->items + i)) {
                        comparator_list_keep(list, i);
                        return;
                }

        if (list->n <= DUPLICATES_MAX)
                drop_duplicates(list);
        for (size_t i = 0; i < list->n && list->n > 1; i++)
                if (list->items[i].any) {
                        memmove(list->items + i, list->items + i + 1,
                                (list->n - i - 1) * sizeof(Comparator));
                        list->n--;
                        break;
                }
}

static void drop_nothings(Range *r) {
        size_t n_sets = 0, n_comparators = 0, start = 0;

        for (size_t i = 0; i < r->n_sets; i++) {
                size_t end = r->ends[i], n = end - start;

                if (comparator_is_nothing(r->comparators + start)) {
                        for (size_t k = start; k < end; k++)
                                comparator_done(r->comparators + k);
                } else {
                        memmove(r->comparators + n_comparators, r->comparators + start,
                                n * sizeof(Comparator));
                        n_comparators += n;
                        r->ends[n_sets++] = n_comparators;
                }
                start = end;
        }
        r->n_comparators = n_comparators;
        r->n_sets = n_sets;
}

/* Sets that allow nothing go where there are others, and one that allows anything makes the others
 * superfluous. */
static void reduce_sets(Range *r, size_t n_nothing) {
        if (r->n_sets <= 1)
                return;

        if (n_nothing == r->n_sets) {
                keep_only(r, 0);
                return;
        }
        drop_nothings(r);
        for (size_t i = 0; i < r->n_sets && r->n_sets > 1; i++)
                if (is_any_set(r, i))
                        keep_only(r, i);
}

int range_parse(Slice text, SemverFlags flags, Range **ret) {
        _cleanup_(range_freep) Range *r = NULL;
        _cleanup_(freep) char *flat = NULL;
        size_t n_nothing = 0;
        int q;

        if (text.n > RANGE_LENGTH_MAX || memchr(text.s, 0, text.n))
                return -EINVAL;

        flat = range_flatten(text);
        r = calloc(1, sizeof(*r));
        if (!flat || !r)
                return -ENOMEM;
        r->flags = flags;
        r->text_size = text.n;

        for (char *part = flat, *next; part; part = next) {
                _cleanup_(comparator_list_done) ComparatorList list = { 0 };

                next = strstr(part, "||");
                if (next) {
                        *next = 0;
                        next += 2;
                }
                q = range_parse_set(part, flags, &list);
                if (q < 0)
                        return q;
                if (list.n == 0)
                        continue;
                reduce_list(&list);
                n_nothing += comparator_is_nothing(list.items);
                q = append_set(r, &list);
                if (q < 0)
                        return q;
        }
        if (r->n_sets == 0)
                return -EINVAL;

        reduce_sets(r, n_nothing);
        *ret = TAKE_PTR(r);
        return 0;
}

/* A prerelease counts only where the range names one of the very same version. */
static bool allows_prerelease(const Range *r, size_t start, size_t end, const Semver *v) {
        for (size_t i = start; i < end; i++) {
                const Semver *c = &r->comparators[i].version;

                if (!r->comparators[i].any && c->prerelease.n > 0 && c->major == v->major &&
                    c->minor == v->minor && c->patch == v->patch)
                        return true;
        }
        return false;
}

bool range_test(const Range *r, const Semver *v) {
        for (size_t set = 0; set < r->n_sets; set++) {
                size_t start = set_start(r, set), end = r->ends[set], i = start;

                while (i < end && comparator_test(r->comparators + i, v))
                        i++;
                if (i < end)
                        continue;
                if (v->prerelease.n == 0 || (r->flags & SEMVER_INCLUDE_PRERELEASE) ||
                    allows_prerelease(r, start, end, v))
                        return true;
        }
        return false;
}

size_t range_size(const Range *r) {
        return r->n_comparators + r->text_size / COMPARATOR_TEXT_USUAL;
}

bool range_test_text(const Range *r, Slice version) {
        Semver v;

        return semver_parse(version, r->flags, &v) >= 0 && range_test(r, &v);
}

char *range_format(const Range *r) {
        char *text = NULL, buffer[COMPARATOR_TEXT_MAX];
        size_t size = 0;
        FILE *f;

        f = open_memstream(&text, &size);
        if (!f)
                return NULL;
        for (size_t set = 0, i = 0; set < r->n_sets; set++) {
                if (set > 0)
                        (void) fputs("||", f);
                for (; i < r->ends[set]; i++)
                        (void) fprintf(f, "%s%s", i > set_start(r, set) ? " " : "",
                                       comparator_format(r->comparators + i, buffer));
        }
        if (fclose(f) != 0) {
                free(text);
                return NULL;
        }
        if (size == 0) {
                free(text);
                return strdup("*");
        }
        return text;
}
