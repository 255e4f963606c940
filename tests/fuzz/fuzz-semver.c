/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The first line is a version, the rest a range; in all modes. What is accepted has a normal form
 * that means the same. */

#include "basic/string-util.h"
#include "npm/spec/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
        if (!holds)
                abort();
}

static void check_range(Slice text, SemverFlags flags, const Semver *v) {
        _cleanup_(range_freep) Range *r = NULL, *again = NULL;
        _cleanup_(freep) char *normal = NULL, *normal_again = NULL;

        if (range_parse(text, flags, &r) < 0)
                return;
        normal = range_format(r);
        check(normal);
        if (strlen(normal) > RANGE_LENGTH_MAX)
                return;
        check(range_parse(slice(normal), flags, &again) >= 0);
        normal_again = range_format(again);
        check(normal_again);
        /* ">=0.0.00||^1.2.3-0" is ">=0.0.0||…", and that "*", without prereleases; npm's too */
        if (v && streq(normal, normal_again))
                check(range_test(r, v) == range_test(again, v));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const char *text = size > 0 ? (const char *) data : "";
        const char *newline = memchr(text, '\n', size);
        Slice version = { text, newline ? (size_t) (newline - text) : size };
        Slice range = newline ? (Slice) { newline + 1, size - version.n - 1 }
                              : (Slice) { text, size };

        for (unsigned flags = 0; flags < 4; flags++) {
                char first[SEMVER_TEXT_MAX], second[SEMVER_TEXT_MAX];
                Semver v, again;
                bool valid = semver_parse(version, flags, &v) >= 0;

                if (valid) {
                        (void) semver_format(&v, first);
                        check(strlen(first) < SEMVER_TEXT_MAX);
                        if (semver_parse(slice(first), flags, &again) >= 0) {
                                check(semver_compare(&v, &again) == 0);
                                check(streq(first, semver_format(&again, second)));
                        }
                }
                check_range(range, flags, valid ? &v : NULL);
        }
        return 0;
}
