/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/npmrc-ignored.h"

#include "basic/string-util.h"

static const struct {
        const char *key;
        const char *harmless; /* values that change nothing, a blank between them */
} ignored[] = {
        { "allow-directory", "all root" },
        { "allow-scripts", "" },
        { "also", "" },
        { "bin-links", "true" },
        { "cpu", "" },
        { "dev", "false" },
        { "dry-run", "false" },
        { "force", "false" },
        { "git", "git" },
        { "global", "false" },
        { "global-style", "false" },
        { "include", "prod optional peer" },
        { "install-strategy", "hoisted" },
        { "legacy-bundling", "false" },
        { "libc", "" },
        { "location", "user project" },
        { "node-options", "" },
        { "omit", "dev" },
        { "only", "prod production" },
        { "optional", "true" },
        { "os", "" },
        { "prefer-dedupe", "false" },
        { "production", "true" },
        { "rebuild-bundle", "true" },
        { "script-shell", "" },
        { "strict-allow-scripts", "false" },
        { "tag", "latest" },
        { "umask", "0 022 0022" },
};

/* Whether a word is one of a list with blanks between them. */
static bool list_contains(const char *list, const char *word, size_t n) {
        while (*list) {
                size_t length = strcspn(list, " ");

                if (length == n && strncmp(list, word, n) == 0)
                        return true;
                list += length + (list[length] != 0);
        }
        return false;
}

/* All lines of it, where it is a list. */
static bool is_harmless(const char *value, const char *harmless) {
        for (;;) {
                size_t n = strcspn(value, "\n");

                if (n > 0 && !list_contains("null undefined", value, n) &&
                    !list_contains(harmless, value, n))
                        return false;
                if (!value[n])
                        return true;
                value += n + 1;
        }
}

const char *npmrc_next_ignored(const Npmrc *n, size_t *i) {
        assert(n);
        assert(i);

        while (*i < ELEMENTSOF(ignored)) {
                const size_t row = (*i)++;
                const char *value = npmrc_get(n, ignored[row].key);

                if (value && !is_harmless(value, ignored[row].harmless))
                        return ignored[row].key;
        }
        return NULL;
}
