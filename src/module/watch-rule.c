/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/watch-rule.h"

#include <fnmatch.h>

#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"

bool watch_name_is_ignored(const char *name) {
        return name[0] == '.' || streq(name, "node_modules") || endswith(name, "~");
}

/* Equal, or below it. */
static bool path_is_within(const char *path, const char *folder) {
        const char *rest = startswith(path, folder);

        return streq(folder, ".") || (rest && (rest[0] == '/' || rest[0] == 0));
}

/* What PM2's patterns may begin and end with, and what says nothing here. */
static char *pattern_strip(const char *pattern) {
        size_t n;

        while (startswith(pattern, "./"))
                pattern += 2;
        while (startswith(pattern, "**/"))
                pattern += 3;
        n = strlen(pattern);
        if (n > 3 && streq(pattern + n - 3, "/**"))
                n -= 3;
        while (n > 1 && pattern[n - 1] == '/')
                n--;
        return strndup(pattern, n);
}

/* The path itself or a folder it is in. */
static bool pattern_matches(const char *pattern, const char *path) {
        _cleanup_(freep) char *stripped = pattern_strip(pattern), *prefix = strdup(path);
        bool by_path = stripped && strchr(stripped, '/');

        if (!stripped || !prefix)
                return false;
        for (char *end = prefix + strlen(prefix); end; end = strrchr(prefix, '/')) {
                *end = 0;
                if (fnmatch(stripped, by_path ? prefix : path_basename(prefix), 0) == 0)
                        return true;
        }
        return false;
}

bool watch_rule_wants(const WatchRule *rule, const char *path, bool is_folder) {
        STRV_FOREACH(pattern, rule->ignore)
                if (pattern_matches(*pattern, path))
                        return false;
        if (!rule->paths)
                return true;
        STRV_FOREACH(p, rule->paths)
                if (path_is_within(path, *p) || (is_folder && path_is_within(*p, path)))
                        return true;
        return false;
}
