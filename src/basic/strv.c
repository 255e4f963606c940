/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/strv.h"

#include <limits.h>
#include <stdarg.h>

#include "basic/string-util.h"

char **strv_free(char **v) {
        STRV_FOREACH(s, v)
                free(*s);
        free(v);
        return NULL;
}

size_t strv_length(char *const *v) {
        size_t n = 0;

        STRV_FOREACH(s, v)
                n++;
        return n;
}

bool strv_contains(char *const *v, const char *s) {
        STRV_FOREACH(e, v)
                if (streq(*e, s))
                        return true;
        return false;
}

int strv_consume(char ***v, char *s) {
        size_t n = strv_length(*v);
        char **grown;

        assert(v);

        if (!s)
                return -ENOMEM;

        /* Grows in powers of two: the old block already has room unless n + 1 is one. */
        grown = *v;
        if (!grown || (n + 1 >= 4 && ((n + 1) & n) == 0) || n == 0) {
                size_t room = 4;

                while (room < n + 2)
                        room *= 2;
                grown = realloc(*v, room * sizeof(char *));
                if (!grown) {
                        free(s);
                        return -ENOMEM;
                }
        }
        grown[n] = s;
        grown[n + 1] = NULL;
        *v = grown;
        return 0;
}

bool strv_equal(char *const *a, char *const *b) {
        size_t n = strv_length(a);

        if (n != strv_length(b))
                return false;
        for (size_t i = 0; i < n; i++)
                if (!streq(a[i], b[i]))
                        return false;
        return true;
}

int strv_extend(char ***v, const char *s) {
        return strv_consume(v, strdup(s));
}

int strv_extendf(char ***v, const char *format, ...) {
        va_list ap;
        char *s;
        int n;

        va_start(ap, format);
        n = vasprintf(&s, format, ap);
        va_end(ap);
        return n < 0 ? -ENOMEM : strv_consume(v, s);
}

int strv_copy(char *const *v, char ***ret) {
        _cleanup_(strv_freep) char **copy = NULL;
        int r;

        STRV_FOREACH(s, v) {
                r = strv_extend(&copy, *s);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(copy);
        return 0;
}

static int compare_strings(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

void strv_sort(char **v) {
        if (v)
                qsort(v, strv_length(v), sizeof(char *), compare_strings);
}

char *strv_join(char *const *v, const char *separator) {
        size_t size = 1;
        char *joined, *t;

        STRV_FOREACH(s, v)
                size += strlen(*s) + strlen(separator);

        joined = t = malloc(size);
        if (!joined)
                return NULL;

        *t = 0;
        STRV_FOREACH(s, v) {
                if (s != v)
                        t = stpcpy(t, separator);
                t = stpcpy(t, *s);
        }
        return joined;
}

static char **env_find(char *const *env, const char *name) {
        size_t n = strlen(name);

        STRV_FOREACH(s, env)
                if (strncmp(*s, name, n) == 0 && (*s)[n] == '=')
                        return (char **) s;
        return NULL;
}

const char *strv_nearest(char *const *v, const char *word) {
        const char *nearest = NULL;
        unsigned best = UINT_MAX;

        STRV_FOREACH(s, v) {
                unsigned d = near_miss(*s, word);

                if (d < best) {
                        best = d;
                        nearest = *s;
                }
        }
        return nearest;
}

int strv_env_set(char ***env, const char *name, const char *value) {
        char **found = env_find(*env, name), *entry;

        if (!value) {
                if (found) {
                        free(*found);
                        memmove(found, found + 1, (strv_length(found + 1) + 1) * sizeof(char *));
                }
                return 0;
        }

        if (strdupf(&entry, "%s=%s", name, value) < 0)
                return -ENOMEM;
        if (!found)
                return strv_consume(env, entry);

        free(*found);
        *found = entry;
        return 0;
}

const char *strv_env_get(char *const *env, const char *name) {
        char **found = env_find(env, name);

        return found ? *found + strlen(name) + 1 : NULL;
}
