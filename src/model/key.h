/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* KEY as typed after `set`, `get` and `unset`: which module it is for, and the path below it.
 *
 *   drive            global: it reaches every module
 *   tool:drive       setting "drive" of module tool;  tool:a:b is "b" within "a"
 *   tool.a.b         the same with dots, which nest only in this form: tool:a.b is one name
 *   @acme/tool:a     the module is the longest known name before ':' or '.', else what stands
 *                    before the first ':', else before the first '.'
 *   tool:"a:b"       a part in double quotes is taken as it is ("" in it is one quote); so is the
 *                    first one: "my.tool":a names the module, "a.b" alone is a global key
 *   tool             where tool is a known module: all its settings */

#include "basic/error.h"

/* Parts of a key; nested settings are JSON, and its depth is limited too. */
#define KEY_DEPTH_MAX 32

typedef struct Key {
        char *module; /* NULL: global */
        char **path;  /* NULL: the whole module */
} Key;

/* `modules` are the names known (installed, or set up already). -EINVAL and the reason. */
int key_parse(const char *text, char *const *modules, Error *e, Key *ret);

/* Frees what it owns. */
void key_done(Key *k);

/* KEY that key_parse() reads as this module and path, whatever other modules than `modules` are
 * known then. -ENOMEM. */
int key_format(const char *module, char *const *path, char *const *modules, char **ret);
