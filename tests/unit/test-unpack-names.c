/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/unpack-names.h"
#include "tap.h"

/* Whether an archive may have both as files: 1 yes, -EEXIST no. */
static int add_both(const char *a, const char *b) {
        _cleanup_(unpack_names_freep) UnpackNames *names = NULL;

        ok(unpack_names_new(&names) == 0);
        ok(unpack_names_add(names, a, /* folder= */ false, NULL) == 1);
        return unpack_names_add(names, b, /* folder= */ false, NULL);
}

int main(void) {
        static const struct {
                const char *a, *b;
                bool same;
        } table[] = {
                { "README", "readme", true },
                { "a", "b", false },
                { "\u00e9", "e\u0301", true }, /* é */
                { "\u00c9", "e\u0301", true }, /* É */
                { "\u00e9", "e", false },
                { "\u00e9", "\u00e8", false },
                { "\u1ec7", "e\u0302\u0323", true }, /* ệ, marks in either order */
                { "\u1ec7", "e\u0323\u0302", true },
                { "\u212a", "k", true },       /* the Kelvin sign */
                { "\u212b", "a\u030a", true }, /* the Ångström sign */
                { "\u0416", "\u0436", true },  /* Ж */
                { "\u03a3", "\u03c2", true },  /* Σ and its final form */
                { "stra\u00dfe", "STRASSE", true },
                { "\ud55c", "\u1112\u1161\u11ab", true }, /* 한 */
                { "\uac00", "\u1100\u1161", true },
                { "\u65e5\u672c", "\u672c\u65e5", false },
                { "\U0001f600", "\U0001f601", false },
        };
        _cleanup_(unpack_names_freep) UnpackNames *names = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                ok(add_both(table[i].a, table[i].b) == (table[i].same ? -EEXIST : 1));

        ok(unpack_names_new(&names) == 0);
        ok(unpack_names_add(names, "\xff", /* folder= */ false, NULL) == -EINVAL);
        ok(unpack_names_add(names, "lib", /* folder= */ true, NULL) == 1);
        ok(unpack_names_add(names, "lib", /* folder= */ true, NULL) == 0);
        ok(unpack_names_add(names, "lib", /* folder= */ false, NULL) == -EEXIST);
        ok(unpack_names_add(names, "Lib", /* folder= */ true, &e) == -EEXIST);
        ok_str(error_text(&e, 0), "it differs from 'lib' only in case or Unicode normalization");
        return tap_done();
}
