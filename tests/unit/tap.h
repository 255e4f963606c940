/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* TAP for unit tests: ok(EXPRESSION), ok_str(GOT, WANT); `return tap_done();` ends main(). */

#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

#define ok(expression) \
        do { \
                int _ok = !!(expression); \
                tap_failed += !_ok; \
                printf("%sok %d - %s:%d %s\n", _ok ? "" : "not ", ++tap_count, __FILE__, __LINE__, \
                       #expression); \
                (void) fflush(stdout); \
        } while (0)

#define ok_str(got, want) \
        do { \
                const char *_got = (got), *_want = (want); \
                int _ok = _got && _want ? strcmp(_got, _want) == 0 : _got == _want; \
                tap_failed += !_ok; \
                printf("%sok %d - %s:%d %s\n", _ok ? "" : "not ", ++tap_count, __FILE__, __LINE__, \
                       #got); \
                if (!_ok) \
                        printf("# got  %s\n# want %s\n", _got ? _got : "(null)", \
                               _want ? _want : "(null)"); \
                (void) fflush(stdout); \
        } while (0)

static inline int tap_done(void) {
        printf("1..%d\n", tap_count);
        return tap_failed ? 1 : 0;
}
