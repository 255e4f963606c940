/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/path.h"

#include <limits.h>

#include "basic/string-util.h"

char *path_join(const char *a, const char *b) {
        char *joined;
        size_t n;

        if (!a || !b)
                return strdup(a ? a : b ? b : "");

        n = strlen(a);
        while (n > 0 && a[n - 1] == '/')
                n--;
        while (*b == '/')
                b++;
        (void) strdupf(&joined, "%.*s/%s", (int) n, a, b);
        return joined;
}

int path_normalize_beneath(const char *path, char **ret) {
        _cleanup_(freep) char *out = NULL;
        size_t used = 0;

        if (path[0] == '/' || path[0] == 0)
                return -EINVAL;

        out = malloc(strlen(path) + 2);
        if (!out)
                return -ENOMEM;

        for (const char *p = path; *p;) {
                size_t n = strcspn(p, "/");

                if (n == 2 && p[0] == '.' && p[1] == '.') {
                        if (used == 0)
                                return -EINVAL;
                        while (used > 0 && out[used - 1] != '/')
                                used--;
                        if (used > 0)
                                used--;
                } else if (n > 0 && !(n == 1 && p[0] == '.')) {
                        if (used > 0)
                                out[used++] = '/';
                        memcpy(out + used, p, n);
                        used += n;
                }
                p += n;
                while (*p == '/')
                        p++;
        }

        if (used == 0)
                out[used++] = '.';
        out[used] = 0;
        *ret = TAKE_PTR(out);
        return 0;
}

bool filename_is_valid(const char *name) {
        return !isempty(name) && !streq(name, ".") && !streq(name, "..") && !strchr(name, '/') &&
               strlen(name) <= NAME_MAX;
}

const char *path_basename(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

const char *path_extension(const char *path) {
        const char *base = path_basename(path), *dot = strrchr(base, '.');

        return dot && dot != base ? dot : "";
}
