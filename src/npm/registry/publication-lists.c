/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/publication-lists.h"

#include "basic/string-util.h"

#define BINS "node_modules/.bin/" /* which is in the PATH of scripts anyway */

static bool is_text(json_object *value) {
        return !isempty(json_string(value));
}

/* Keeps the texts of a list, through `change` if there is one; what is no list is removed. */
static int keep_texts(json_object *m, const char *key, char *(*change)(const char *text)) {
        json_object *given = json_get(m, key), *list;

        if (!json_object_is_type(given, json_type_array)) {
                json_object_object_del(m, key);
                return 0;
        }
        list = json_object_new_array();
        for (size_t i = 0; list && i < json_object_array_length(given); i++) {
                json_object *value = json_object_array_get_idx(given, i);
                _cleanup_(freep) char *text = NULL;

                if (!is_text(value))
                        continue;
                text = change ? change(json_string(value)) : strdup(json_string(value));
                if (!text || json_object_array_add(list, json_object_new_string(text)) < 0) {
                        (void) json_object_put(list);
                        return -ENOMEM;
                }
        }
        return json_add(m, key, list);
}

/* "a, b c" is two words: "a" and "b c". */
static int split_keywords(json_object *m, const char *text) {
        json_object *list = json_object_new_array();

        while (list) {
                const char *end = text;
                json_object *word;

                while (*end && !(*end == ',' && end[1] && strchr(" \t\n\r", end[1])))
                        end++;
                word = json_object_new_string_len(text, (int) (end - text));
                if (json_object_array_add(list, word) < 0) {
                        (void) json_object_put(word);
                        (void) json_object_put(list);
                        return -ENOMEM;
                }
                if (!*end)
                        break;
                text = end + 1 + strspn(end + 1, " \t\n\r");
        }
        return json_add(m, "keywords", list);
}

static int fix_keywords(json_object *m) {
        _cleanup_(freep) char *text = NULL;
        int r;

        if (!json_get(m, "keywords"))
                return 0;
        if (json_get_string(m, "keywords")) {
                text = strdup(json_get_string(m, "keywords"));
                r = text ? split_keywords(m, text) : -ENOMEM;
                if (r < 0)
                        return r;
        }
        return keep_texts(m, "keywords", /* change= */ NULL);
}

/* Relative to the package, without a "./" before it. */
static char *plain_path(const char *path) {
        while (path[0] == '/' || (path[0] == '.' && path[1] == '/'))
                path++;
        return strdup(path);
}

static int fix_man(json_object *m) {
        json_object *man = json_get(m, "man"), *list;
        int r;

        if (!json_has(m, "man"))
                return 0;
        if (json_string(man)) {
                list = json_object_new_array();
                if (!list || json_object_array_add(list, json_object_get(man)) < 0) {
                        (void) json_object_put(list);
                        return -ENOMEM;
                }
                r = json_add(m, "man", list);
                if (r < 0)
                        return r;
        }
        r = keep_texts(m, "man", plain_path);
        if (r < 0)
                return r;
        if (json_length(json_get(m, "man")) == 0)
                json_object_object_del(m, "man");
        return 0;
}

/* The first member whose value is no text; NULL if all are. */
static const char *find_other(json_object *o) {
        json_object_object_foreach(o, key, value)
                if (!json_string(value))
                        return key;
        return NULL;
}

/* 1 if the member is an object, of texts only now; 0 if it is not there any more. */
static int keep_object(json_object *m, const char *key) {
        json_object *o = json_get(m, key);
        const char *other;

        if (!json_object_is_type(o, json_type_object)) {
                json_object_object_del(m, key);
                return 0;
        }
        while ((other = find_other(o)))
                json_object_object_del(o, other);
        return 1;
}

static int fix_scripts(json_object *m) {
        json_object *scripts;

        if (!json_has(m, "scripts") || !keep_object(m, "scripts"))
                return 0;
        scripts = json_get(m, "scripts");
        json_object_object_foreach(scripts, name, value) {
                const char *text = json_string(value);
                const char *rest = startswith(startswith(text, "./") ?: text, BINS);
                _cleanup_(freep) char *copy = rest ? strdup(rest) : NULL;
                int r = rest && !copy ? -ENOMEM : json_add_string(scripts, name, copy);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int fix_dependencies(json_object *m, const char *key) {
        json_object *o = json_get(m, key);

        /* npm also knows older forms, a text or a list of texts, which stay as they are */
        if (!json_has(m, key) || json_string(o) || json_object_is_type(o, json_type_array) ||
            !keep_object(m, key))
                return 0;
        json_object_object_foreach(o, name, value) {
                int r = publication_fix_hosted(o, name, /* in_dependencies= */ true,
                                               /* ret= */ NULL);

                if (r < 0)
                        return r;
                (void) value;
        }
        return 0;
}

int publication_normalize_lists(json_object *package) {
        int r;

        assert(package);

        r = fix_keywords(package);
        if (r < 0)
                return r;
        r = fix_man(package);
        if (r < 0)
                return r;
        if (json_has(package, "files")) {
                r = keep_texts(package, "files", /* change= */ NULL);
                if (r < 0)
                        return r;
        }
        json_object_object_del(package, "modules");
        r = fix_scripts(package);
        if (r < 0)
                return r;
        r = fix_dependencies(package, "dependencies");
        return r < 0 ? r : fix_dependencies(package, "devDependencies");
}
