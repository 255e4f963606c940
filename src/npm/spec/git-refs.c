/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/spec/git-refs.h"

#include "npm/spec/range.h"

#define HEADS "refs/heads/"
#define TAGS  "refs/tags/"

typedef struct Ref {
        Slice commit, name; /* the name without a "^{}" */
} Ref;

static bool starts_with(Slice s, const char *prefix) {
        return s.n >= strlen(prefix) && memcmp(s.s, prefix, strlen(prefix)) == 0;
}

static Slice skip_prefix(Slice s, const char *prefix) {
        return (Slice) { s.s + strlen(prefix), s.n - strlen(prefix) };
}

static bool is_commit(Slice s) {
        return (s.n == 40 || s.n == 64) &&
               strspn(s.s, "0123456789abcdef") == s.n; /* a tab follows */
}

/* The next line that is one; false at the end. */
static bool next_ref(const char **text, Ref *ret) {
        while (**text) {
                const char *line = *text, *end = line + strcspn(line, "\n"),
                           *tab = memchr(line, '\t', (size_t) (end - line));

                *text = end + (*end == '\n');
                if (!tab)
                        continue;
                ret->commit = (Slice) { line, (size_t) (tab - line) };
                ret->name = (Slice) { tab + 1, (size_t) (end - tab) - 1 };
                if (ret->name.n > 3 && memcmp(end - 3, "^{}", 3) == 0)
                        ret->name.n -= 3;
                if (is_commit(ret->commit))
                        return true;
        }
        return false;
}

static int copy_commit(Slice commit, char **p) {
        char *copy = strndup(commit.s, commit.n);

        if (!copy)
                return -ENOMEM;
        free(*p);
        *p = copy;
        return 0;
}

static bool is_called(Slice full, const char *name) {
        static const char *const prefixes[] = { "", HEADS, TAGS, "refs/" };

        for (size_t i = 0; i < ELEMENTSOF(prefixes); i++)
                if (starts_with(full, prefixes[i]) &&
                    slice_is(skip_prefix(full, prefixes[i]), name))
                        return true;
        return false;
}

int git_refs_find(const char *refs, const char *name, char **ret) {
        _cleanup_(freep) char *commit = NULL;
        bool branch = false;
        Ref ref;

        while (next_ref(&refs, &ref)) {
                if (!is_called(ref.name, name) || (branch && !starts_with(ref.name, HEADS)))
                        continue;
                branch = starts_with(ref.name, HEADS);
                if (copy_commit(ref.commit, &commit) < 0)
                        return -ENOMEM;
        }
        if (!commit)
                return 0;
        *ret = TAKE_PTR(commit);
        return 1;
}

int git_refs_find_version(const char *refs, const char *range_text, char **ret) {
        _cleanup_(range_freep) Range *range = NULL;
        _cleanup_(freep) char *commit = NULL;
        Semver best = {}, version;
        Ref ref;
        int r;

        r = range_parse(slice(range_text), SEMVER_LOOSE, &range);
        if (r < 0)
                return r;

        while (next_ref(&refs, &ref)) {
                if (!starts_with(ref.name, TAGS) ||
                    semver_parse(skip_prefix(ref.name, TAGS), SEMVER_LOOSE, &version) < 0 ||
                    !range_test(range, &version))
                        continue;
                /* An equal one is what the tag object before it stands for. */
                if (commit && semver_compare(&version, &best) < 0)
                        continue;
                best = version;
                if (copy_commit(ref.commit, &commit) < 0)
                        return -ENOMEM;
        }
        if (!commit)
                return 0;
        *ret = TAKE_PTR(commit);
        return 1;
}
