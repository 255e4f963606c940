/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/settings-tree.h"

#include <math.h>

#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/key.h"
#include "store/settings.h"

bool tree_is_leaf(json_object *value) {
        return !json_object_is_type(value, json_type_object) ||
               json_object_object_length(value) == 0;
}

int tree_get(json_object *tree, char *const *path, json_object **ret) {
        STRV_FOREACH(part, path)
                if (!json_object_is_type(tree, json_type_object) ||
                    !json_object_object_get_ex(tree, *part, &tree))
                        return 0;
        *ret = tree;
        return 1;
}

/* Adds to an object what may be a null. */
static int add_value(json_object *o, const char *key, json_object *value) {
        if (json_object_object_add(o, key, value) >= 0)
                return 0;
        (void) json_object_put(value);
        return -ENOMEM;
}

int tree_put(json_object *tree, char *const *path, json_object *value) {
        for (; path[1]; path++) {
                json_object *next;

                if (!json_object_object_get_ex(tree, *path, &next) ||
                    !json_object_is_type(next, json_type_object)) {
                        next = json_object_new_object();
                        if (!next || add_value(tree, *path, next) < 0) {
                                (void) json_object_put(value);
                                return -ENOMEM;
                        }
                }
                tree = next;
        }
        return add_value(tree, *path, value);
}

bool tree_has_conflict(json_object *tree, char *const *path) {
        STRV_FOREACH(part, path) {
                if (part != path && tree_is_leaf(tree))
                        return true;
                if (!json_object_object_get_ex(tree, *part, &tree))
                        return false;
        }
        return true;
}

int tree_remove(json_object *tree, char *const *path) {
        json_object *value;
        int r;

        if (!json_object_is_type(tree, json_type_object) ||
            !json_object_object_get_ex(tree, path[0], &value))
                return 0;
        if (path[1]) {
                r = tree_remove(value, path + 1);
                if (r <= 0 || json_object_object_length(value) > 0)
                        return r;
        }
        json_object_object_del(tree, path[0]);
        return 1;
}

static int walk_children(char ***path, json_object *value, TreeVisit visit, void *userdata) {
        size_t n = strv_length(*path);
        int r;

        if (tree_is_leaf(value))
                return visit(*path, value, userdata);

        json_object_object_foreach(value, key, child) {
                r = strv_extend(path, key);
                if (r < 0)
                        return r;
                r = walk_children(path, child, visit, userdata);
                if (r != 0)
                        return r;
                free((*path)[n]);
                (*path)[n] = NULL;
        }
        return 0;
}

int tree_walk(char *const *path, json_object *value, TreeVisit visit, void *userdata) {
        _cleanup_(strv_freep) char **copy = NULL;
        int r;

        r = strv_copy(path, &copy);
        if (r < 0)
                return r;
        return walk_children(&copy, value, visit, userdata);
}

static int check_object(json_object *value, unsigned depth, Error *e) {
        int r;

        json_object_object_foreach(value, key, child) {
                if (!key[0])
                        return error_set(e, -EINVAL, "a key in it is empty");
                if (!utf8_is_valid(key, strlen(key)))
                        return error_set(e, -EINVAL, "a key in it is not valid UTF-8");
                r = tree_check_value(child, depth + 1, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int check_array(json_object *value, unsigned depth, Error *e) {
        int r;

        for (size_t i = 0; i < json_object_array_length(value); i++) {
                r = tree_check_value(json_object_array_get_idx(value, i), depth + 1, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

int tree_check_value(json_object *value, unsigned depth, Error *e) {
        const char *text;

        if (depth > KEY_DEPTH_MAX)
                return error_set(e, -EINVAL, "nested more than %d levels deep", KEY_DEPTH_MAX);

        switch (json_object_get_type(value)) {
        case json_type_string:
                text = json_string(value);
                if (!text)
                        return error_set(e, -EINVAL, "a text holds a NUL");
                if (!utf8_is_valid(text, strlen(text)))
                        return error_set(e, -EINVAL, "it is not valid UTF-8");
                return 0;
        case json_type_int:
                /* json-c makes these of whatever does not fit. */
                if (json_object_get_int64(value) == INT64_MIN ||
                    json_object_get_uint64(value) == UINT64_MAX)
                        return error_set(e, -EINVAL, "a number is larger than 64 bits hold");
                return 0;
        case json_type_double:
                if (!isfinite(json_object_get_double(value)))
                        return error_set(e, -EINVAL, "a number is larger than 64 bits hold");
                return 0;
        case json_type_object:
                return check_object(value, depth, e);
        case json_type_array:
                return check_array(value, depth, e);
        default:
                return 0;
        }
}

const char *settings_value_text(json_object *value) {
        const char *text = json_string(value);

        return text ? text : value ? json_text(value) : "null";
}

int settings_value_check(json_object *value, Error *e) {
        return tree_check_value(value, 0, e);
}

int settings_value_parse(const char *text, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *value = NULL;
        int r;

        r = json_parse(text, strlen(text), e, &value);
        if (r < 0)
                return r;
        /* A key is cut there by json-c. */
        if (strstr(text, "\\u0000"))
                return error_set(e, -EINVAL, "it holds a NUL (\\u0000)");
        r = tree_check_value(value, 0, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(value);
        return 0;
}
