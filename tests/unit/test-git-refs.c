/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/spec/git-refs.h"
#include "tap.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccc"
#define D "dddddddddddddddddddddddddddddddddddddddd"
#define E "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"

static const char refs[] = A "\tHEAD\n" A "\trefs/heads/main\n" B "\trefs/heads/next\n" B
                             "\trefs/pull/7/head\n" C "\trefs/tags/both\n" D "\trefs/heads/both\n" C
                             "\trefs/tags/v1.2.0\n" D "\trefs/tags/v1.2.0^{}\n" E
                             "\trefs/tags/1.3.0-beta.1\n" B "\trefs/tags/v1.10.0\n" B
                             "\trefs/tags/release\n"
                             "not a commit\trefs/tags/v9.0.0\nnonsense\n";

static void test_names(void) {
        static const struct {
                const char *name, *commit;
        } table[] = {
                { "HEAD", A },      { "main", A },        { "next", B },
                { "both", D },      { "v1.2.0", D },      { "refs/heads/next", B },
                { "release", B },   { "pull/7/head", B }, { "refs/tags/both", C },
                { "v9.0.0", NULL }, { "mai", NULL },      { "", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(freep) char *commit = NULL;

                ok(git_refs_find(refs, table[i].name, &commit) == (table[i].commit != NULL));
                ok_str(commit, table[i].commit);
        }
}

static void test_versions(void) {
        static const struct {
                const char *range, *commit;
        } table[] = {
                { "^1.2", B }, { "~1.2", D },   { "1.3.0-beta.1", E },
                { "<1.3", D }, { ">=2", NULL }, { "*", B },
        };
        char *commit = NULL;

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(freep) char *found = NULL;

                ok(git_refs_find_version(refs, table[i].range, &found) ==
                   (table[i].commit != NULL));
                ok_str(found, table[i].commit);
        }
        ok(git_refs_find_version(refs, "not a range", &commit) == -EINVAL);
}

int main(void) {
        test_names();
        test_versions();
        return tap_done();
}
