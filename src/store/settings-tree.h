/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Settings as a tree of JSON objects, addressed by paths. A leaf is anything but an object with
 * members; JSON null is a NULL value. */

#include "basic/json.h"

/* Whether it is a leaf. */
bool tree_is_leaf(json_object *value);

/* 1 and the borrowed value, 0 if there is none. */
int tree_get(json_object *tree, char *const *path, json_object **ret);

/* Puts a value (taken, also on failure) at a path; what is not an object on the way becomes one. */
int tree_put(json_object *tree, char *const *path, json_object *value);

/* Whether tree_put() would replace something: a value at the path, or a leaf above it. */
bool tree_has_conflict(json_object *tree, char *const *path);

/* Takes a path out, and the objects above it that are empty then. 1, or 0 if it was not there. */
int tree_remove(json_object *tree, char *const *path);

/* Calls for each leaf below a path, which is extended on the way; stops at a nonzero return. */
typedef int (*TreeVisit)(char *const *path, json_object *value, void *userdata);
int tree_walk(char *const *path, json_object *value, TreeVisit visit, void *userdata);
