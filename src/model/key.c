/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/key.h"

#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/name.h"

static bool is_separator(char c, bool dotted) {
        return c == ':' || (c == '.' && dotted);
}

/* Reads a part in double quotes; *s is left behind the closing one. */
static int take_quoted(const char **s, Error *e, char **ret) {
        _cleanup_(freep) char *part = malloc(strlen(*s));
        const char *p = *s + 1;
        char *t = part;

        if (!part)
                return -ENOMEM;

        for (;; p++) {
                if (!*p)
                        return error_set(e, -EINVAL, "a double quote is not closed");
                if (*p == '"' && *++p != '"')
                        break;
                *t++ = *p;
        }
        *t = 0;

        *s = p;
        *ret = TAKE_PTR(part);
        return 0;
}

static int take_part(const char **s, bool dotted, Error *e, char **ret) {
        _cleanup_(freep) char *part = NULL;
        const char *end = *s;
        int r;

        if (**s == '"') {
                r = take_quoted(s, e, &part);
                if (r < 0)
                        return r;
                if (**s && !is_separator(**s, dotted))
                        return error_set(e, -EINVAL,
                                         "unexpected text after a closing double quote");
        } else {
                while (*end && !is_separator(*end, dotted))
                        end++;
                part = strndup(*s, (size_t) (end - *s));
                if (!part)
                        return -ENOMEM;
                *s = end;
        }

        if (!part[0])
                return error_set(e, -EINVAL, "a part of it is empty");
        *ret = TAKE_PTR(part);
        return 0;
}

/* What follows the module's name: "", ":a:b" or ".a.b". */
static int take_path(const char *s, Error *e, char ***ret) {
        _cleanup_(strv_freep) char **path = NULL;
        bool dotted = *s == '.';
        int r;

        while (*s) {
                char *part;

                s++;
                r = take_part(&s, dotted, e, &part);
                if (r < 0)
                        return r;
                r = strv_consume(&path, part);
                if (r < 0)
                        return r;
                if (strv_length(path) > KEY_DEPTH_MAX)
                        return error_set(e, -EINVAL, "it has more than %d parts", KEY_DEPTH_MAX);
        }
        *ret = TAKE_PTR(path);
        return 0;
}

/* Bytes of the longest known name that `text` is or starts with before a separator; 0 if none. */
static size_t known_prefix(const char *text, char *const *modules) {
        size_t best = 0;

        STRV_FOREACH(name, modules) {
                const char *rest = startswith(text, *name);

                if (rest && (!*rest || is_separator(*rest, true)) && strlen(*name) > best)
                        best = strlen(*name);
        }
        return best;
}

/* Takes the module's name off *s; without one, leaves `ret` NULL and *s alone. */
static int take_module(const char **s, char *const *modules, Error *e, char **ret) {
        size_t n = known_prefix(*s, modules);
        const char *p;

        if (n == 0) {
                p = strchr(*s, ':');
                if (!p)
                        p = strchr(*s, '.');
                if (!p)
                        return 0;
                n = (size_t) (p - *s);
        }

        *ret = strndup(*s, n);
        if (!*ret)
                return -ENOMEM;
        *s += n;
        return module_name_check(*ret, e);
}

/* The first part is in double quotes: the module's name, or alone a global key. */
static int key_parse_quoted(const char *text, Error *e, Key *k) {
        _cleanup_(freep) char *first = NULL;
        int r;

        r = take_part(&text, true, e, &first);
        if (r < 0)
                return r;
        if (!*text)
                return strv_consume(&k->path, TAKE_PTR(first));
        r = module_name_check(first, e);
        if (r < 0)
                return r;
        k->module = TAKE_PTR(first);
        return take_path(text, e, &k->path);
}

static int key_parse_text(const char *text, char *const *modules, Error *e, Key *k) {
        int r;

        if (!text[0])
                return error_set(e, -EINVAL, "it is empty");
        if (!utf8_is_valid(text, strlen(text)))
                return error_set(e, -EINVAL, "it is not valid UTF-8");
        if (text[0] == '"')
                return key_parse_quoted(text, e, k);

        r = take_module(&text, modules, e, &k->module);
        if (r < 0)
                return r;
        return k->module ? take_path(text, e, &k->path) : strv_extend(&k->path, text);
}

int key_parse(const char *text, char *const *modules, Error *e, Key *ret) {
        _cleanup_(key_done) Key k = {};
        int r;

        assert(text);
        assert(ret);

        r = key_parse_text(text, modules, e, &k);
        if (r == -EINVAL)
                return error_prefix(e, r, "key '%.*s'", MODULE_NAME_MAX, text);
        if (r < 0)
                return r;
        *ret = TAKE_STRUCT(k);
        return 0;
}

void key_done(Key *k) {
        free(k->module);
        k->path = strv_free(k->path);
        *k = (Key) {};
}

/* Appends a part, in quotes where it would be misread. */
static char *put_part(char *t, const char *part, bool quoted) {
        if (!quoted)
                return stpcpy(t, part);

        *t++ = '"';
        for (; *part; part++) {
                if (*part == '"')
                        *t++ = '"';
                *t++ = *part;
        }
        *t++ = '"';
        return t;
}

int key_format(const char *module, char *const *path, char *const *modules, char **ret) {
        size_t size = 1 + (module ? 2 * strlen(module) + 2 : 0);
        char *s, *t;

        assert(ret);

        STRV_FOREACH(part, path)
                size += 2 * strlen(*part) + 3;
        s = t = malloc(size);
        if (!s)
                return -ENOMEM;

        if (module)
                t = put_part(t, module, strchr(module, '.') != NULL);
        STRV_FOREACH(part, path) {
                bool global = !module;

                if (!global)
                        *t++ = ':';
                t = put_part(t, *part,
                             (*part)[0] == '"' || strchr(*part, ':') ||
                                     (global && (strchr(*part, '.') || streq(*part, "all") ||
                                                 strv_contains(modules, *part))));
        }
        *t = 0;
        *ret = s;
        return 0;
}
