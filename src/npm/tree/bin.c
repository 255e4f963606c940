/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/bin.h"

#include "basic/path.h"
#include "basic/string-util.h"

/* The path as if the package were the root of all: "./a/../b" is "b", "../../c" is "c". Colons and
 * backslashes count as slashes. NULL if out of memory. */
static char *contain(const char *path) {
        char *out, *t;

        out = t = malloc(strlen(path) + 1);
        if (!out)
                return NULL;
        while (*path) {
                size_t n = strcspn(path, "/\\:");

                if (n == 2 && memcmp(path, "..", 2) == 0) {
                        while (t > out && *--t != '/')
                                ;
                } else if (n > 0 && !(n == 1 && *path == '.')) {
                        if (t > out)
                                *t++ = '/';
                        memcpy(t, path, n);
                        t += n;
                }
                path += n + (path[n] != 0);
        }
        *t = 0;
        return out;
}

static int add(json_object *o, const char *name, const char *file) {
        _cleanup_(freep) char *key = NULL, *path = NULL;

        if (!name || !file)
                return 0;
        key = contain(name);
        path = contain(file);
        if (!key || !path)
                return -ENOMEM;
        if (isempty(path_basename(key)) || isempty(path))
                return 0;
        return json_add_string(o, path_basename(key), path);
}

int bin_normalize(json_object *bin, const char *package, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        int r = 0;

        if (!o)
                return -ENOMEM;
        if (json_object_is_type(bin, json_type_string))
                r = add(o, package, json_string(bin));
        else if (json_object_is_type(bin, json_type_array)) {
                for (size_t i = 0; i < json_object_array_length(bin) && r >= 0; i++) {
                        const char *file = json_string(json_object_array_get_idx(bin, i));

                        r = add(o, file, file);
                }
        } else if (json_object_is_type(bin, json_type_object)) {
                json_object_object_foreach(bin, name, file) {
                        r = add(o, name, json_string(file));
                        if (r < 0)
                                return r;
                }
        }
        if (r < 0)
                return r;
        *ret = json_object_object_length(o) > 0 ? TAKE_PTR(o) : NULL;
        return 0;
}
