/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers questions about versions and ranges, one a line, for semver-diff.js to compare with npm's
 * own package:
 *
 *   valid FLAGS VERSION        the normal form, or "-"
 *   compare FLAGS A B          -1, 0, 1, or "-" if one is no version
 *   range FLAGS RANGE          the normal form, or "-"
 *   satisfies FLAGS RANGE V…   one 0 or 1 for each version, or "-"
 *   max FLAGS RANGE V…         the index of the highest that satisfies, or "-"
 *
 * Words are separated by tabs and percent-encoded. FLAGS: "l" loose, "p" with prereleases, "-"
 * neither. */

#include "basic/string-util.h"
#include "npm/spec/range.h"

static Slice decode(char *word) {
        char *t = word;

        for (const char *s = word; *s; s++) {
                unsigned byte;

                if (*s == '%' && sscanf(s + 1, "%2x", &byte) == 1) {
                        *t++ = (char) byte;
                        s += 2;
                } else
                        *t++ = *s;
        }
        return (Slice) { word, (size_t) (t - word) };
}

static void answer_range(bool max, SemverFlags flags, Slice text, const Slice *words, size_t n) {
        _cleanup_(range_freep) Range *range = NULL;
        Semver best = { 0 }, v;
        size_t winner = SIZE_MAX;

        if (range_parse(text, flags, &range) < 0) {
                puts("-");
                return;
        }
        for (size_t i = 0; i < n; i++) {
                bool fits = semver_parse(words[i], flags, &v) >= 0 && range_test(range, &v);

                if (!max)
                        putchar(fits ? '1' : '0');
                else if (fits && (winner == SIZE_MAX || semver_compare(&best, &v) < 0)) {
                        winner = i;
                        best = v;
                }
        }
        if (!max)
                putchar('\n');
        else if (winner == SIZE_MAX)
                puts("-");
        else
                printf("%zu\n", winner);
}

static void answer(const char *verb, SemverFlags flags, const Slice *words, size_t n) {
        _cleanup_(range_freep) Range *range = NULL;
        _cleanup_(freep) char *text = NULL;
        char buffer[SEMVER_TEXT_MAX];
        Semver a, b;

        if (streq(verb, "valid"))
                puts(semver_parse(words[0], flags, &a) < 0 ? "-" : semver_format(&a, buffer));
        else if (streq(verb, "compare")) {
                if (semver_parse(words[0], flags, &a) < 0 || semver_parse(words[1], flags, &b) < 0)
                        puts("-");
                else {
                        int r = semver_compare(&a, &b);

                        printf("%d\n", (r > 0) - (r < 0));
                }
        } else if (streq(verb, "range")) {
                if (range_parse(words[0], flags, &range) >= 0)
                        text = range_format(range);
                puts(text ?: "-");
        } else
                answer_range(streq(verb, "max"), flags, words[0], words + 1, n - 1);
}

int main(void) {
        _cleanup_(freep) char *line = NULL;
        size_t size = 0;

        while (getline(&line, &size, stdin) > 0) {
                Slice words[512];
                SemverFlags flags = 0;
                char *verb, *letters, *word;
                size_t n = 0;

                line[strcspn(line, "\n")] = 0;
                word = line;
                verb = strsep(&word, "\t");
                letters = strsep(&word, "\t");
                if (!letters)
                        return EXIT_FAILURE;
                flags |= strchr(letters, 'l') ? SEMVER_LOOSE : 0;
                flags |= strchr(letters, 'p') ? SEMVER_INCLUDE_PRERELEASE : 0;
                while (word && n < ELEMENTSOF(words))
                        words[n++] = decode(strsep(&word, "\t"));
                if (n == 0)
                        return EXIT_FAILURE;
                answer(verb, flags, words, n);
        }
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
