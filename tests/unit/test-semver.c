/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What people rely on; tests/npm/semver-diff.sh asks npm's own code about the rest. */

#include "basic/string-util.h"
#include "npm/spec/range.h"
#include "tap.h"

static bool takes(const char *range, const char *version, SemverFlags flags) {
        _cleanup_(range_freep) Range *r = NULL;

        return range_parse(slice(range), flags, &r) >= 0 && range_test_text(r, slice(version));
}

static bool is_range(const char *range, SemverFlags flags) {
        _cleanup_(range_freep) Range *r = NULL;

        return range_parse(slice(range), flags, &r) >= 0;
}

static const char *normal(const char *range) {
        static char *text;
        _cleanup_(range_freep) Range *r = NULL;

        free(text);
        text = range_parse(slice(range), 0, &r) >= 0 ? range_format(r) : NULL;
        return text;
}

static int compare(const char *a, const char *b) {
        Semver x, y;
        int r;

        if (semver_parse(slice(a), SEMVER_LOOSE, &x) < 0 ||
            semver_parse(slice(b), SEMVER_LOOSE, &y) < 0)
                return 99;
        r = semver_compare(&x, &y);
        return (r > 0) - (r < 0);
}

static void versions(void) {
        char buffer[SEMVER_TEXT_MAX], *longest;
        Semver v;

        ok(semver_parse(slice("1.2.3"), 0, &v) == 0);
        ok(v.major == 1 && v.minor == 2 && v.patch == 3 && v.prerelease.n == 0);
        ok(semver_parse(slice(" v1.2.3-beta.1+build "), 0, &v) == 0);
        ok_str(semver_format(&v, buffer), "1.2.3-beta.1");
        ok(semver_parse(slice("=v1.02.3beta.01"), 0, &v) == -EINVAL);
        ok(semver_parse(slice("=v1.02.3beta.01"), SEMVER_LOOSE, &v) == 0);
        ok_str(semver_format(&v, buffer), "1.2.3-beta.1");
        ok(semver_parse(slice("1.2.34.5"), SEMVER_LOOSE, &v) == 0);
        ok_str(semver_format(&v, buffer), "1.2.3-4.5");
        ok(semver_parse(slice("9007199254740991.0.0"), 0, &v) == 0);
        ok(semver_parse(slice("9007199254740992.0.0"), 0, &v) == -EINVAL);
        ok(semver_parse(slice(""), 0, &v) == -EINVAL);
        ok(semver_parse(slice("1.2"), SEMVER_LOOSE, &v) == -EINVAL);

        longest = alloca(SEMVER_LENGTH_MAX + 2);
        memset(longest, 'a', SEMVER_LENGTH_MAX + 1);
        memcpy(longest, "1.2.3-", 6);
        longest[SEMVER_LENGTH_MAX] = 0;
        ok(semver_parse(slice(longest), 0, &v) == 0);
        longest[SEMVER_LENGTH_MAX] = 'a';
        longest[SEMVER_LENGTH_MAX + 1] = 0;
        ok(semver_parse(slice(longest), 0, &v) == -EINVAL);

        ok(compare("1.2.3", "1.2.3+other") == 0);
        ok(compare("1.2.3-alpha", "1.2.3") == -1);
        ok(compare("1.2.3-alpha.2", "1.2.3-alpha.10") == -1);
        ok(compare("1.2.3-alpha", "1.2.3-alpha.1") == -1);
        ok(compare("1.2.3-1", "1.2.3-alpha") == -1);
        ok(compare("10.0.0", "9.9.9") == 1);
}

static void ranges(void) {
        char *large;

        ok(takes("^1.2.3", "1.9.0", 0) && !takes("^1.2.3", "2.0.0", 0) &&
           !takes("^1.2.3", "1.2.2", 0));
        ok(takes("^0.2.3", "0.2.9", 0) && !takes("^0.2.3", "0.3.0", 0));
        ok(takes("~1.2", "1.2.9", 0) && !takes("~1.2", "1.3.0", 0));
        ok(takes("1.2 - 2", "2.9.9", 0) && !takes("1.2 - 2", "3.0.0", 0));
        ok(takes(">=1 <2 || 3.x", "3.1.4", 0) && !takes(">=1 <2 || 3.x", "2.0.0", 0));
        ok(takes("", "0.0.1", 0) && takes("*", "99.0.0", 0) && !takes("*", "1.0.0-beta", 0));
        ok(takes("^1.2.3-beta", "1.2.3-rc", 0) && !takes("^1.2.3-beta", "1.2.4-rc", 0));
        ok(takes("^1.2.3-beta", "1.2.4-rc", SEMVER_INCLUDE_PRERELEASE));
        ok(!is_range("latest", 0) && !is_range("1.2.3 foo", 0));
        ok(is_range("1.2.3 foo", SEMVER_LOOSE) && !is_range("foo", SEMVER_LOOSE));

        ok_str(normal("^1.2.3"), ">=1.2.3 <2.0.0-0");
        ok_str(normal("> 1.2"), ">=1.3.0");
        ok_str(normal("<x"), "<0.0.0-0");
        ok_str(normal("1 || * || 2"), "*");
        ok_str(normal(">=0.0.0"), "*");
        ok_str(normal("~ > 1.2.3 1.2.3*"), ">=1.2.3 <1.3.0-0 1.2.3");
        ok(!normal("9007199254740992"));

        large = alloca(RANGE_LENGTH_MAX + 2);
        memset(large, ' ', RANGE_LENGTH_MAX + 1);
        large[RANGE_LENGTH_MAX + 1] = 0;
        ok(!is_range(large, 0));
        large[RANGE_LENGTH_MAX] = 0;
        ok(is_range(large, 0));
}

int main(void) {
        versions();
        ranges();
        return tap_done();
}
