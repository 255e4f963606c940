/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/settings-tree.h"

#include "basic/string-util.h"
#include "basic/strv.h"

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
        assert(path && path[0]);

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

        assert(path && path[0]);

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
