/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/packument-times.h"

#include "npm/registry/json-scan.h"
#include "npm/registry/registry-key.h"

#define TIME_TEXT_MAX 40 /* bytes: "2026-01-31T12:34:56.789Z" */

static int compare_texts(const void *a, const void *b) {
        const PackumentVersion *x = *(PackumentVersion *const *) a,
                               *y = *(PackumentVersion *const *) b;

        return strcmp(x->text, y->text);
}

static int compare_key(Slice key, const PackumentVersion *v) {
        int r = strncmp(key.s, v->text, key.n);

        return r != 0 ? r : -(v->text[key.n] != 0);
}

/* The first of that text; n if there is none. */
static size_t find_text(PackumentVersion **sorted, size_t n, Slice key) {
        size_t low = 0, high = n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (compare_key(key, sorted[middle]) > 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < n && compare_key(key, sorted[low]) == 0 ? low : n;
}

static uint64_t read_time(Slice value) {
        char text[TIME_TEXT_MAX + 1];
        uint64_t usec;

        if (value.s[0] != '"' || value.n - 2 > TIME_TEXT_MAX)
                return USEC_INFINITY;
        memcpy(text, value.s + 1, value.n - 2);
        text[value.n - 2] = 0;
        return registry_time_parse(text, &usec) < 0 ? USEC_INFINITY : usec;
}

int packument_load_times(Packument *p, Slice times) {
        _cleanup_(freep) PackumentVersion **sorted = NULL;
        Slice key, value;
        JsonScan s;
        int r;

        assert(p);

        if (p->n_versions == 0 || json_scan_open(times, '{', &s) < 0)
                return 0;
        sorted = calloc(p->n_versions, sizeof(*sorted));
        if (!sorted)
                return -ENOMEM;
        for (size_t i = 0; i < p->n_versions; i++)
                sorted[i] = p->versions + i;
        qsort(sorted, p->n_versions, sizeof(*sorted), compare_texts);

        while ((r = json_scan_member(&s, &key, &value)) > 0) {
                size_t i = find_text(sorted, p->n_versions, key);

                for (; i < p->n_versions && compare_key(key, sorted[i]) == 0; i++)
                        sorted[i]->published_usec = read_time(value);
        }
        return r;
}
