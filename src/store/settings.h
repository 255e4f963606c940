/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the administrator set: one INI file for the keys that reach every module, one per module.
 * In memory a tree of JSON objects, beside the lines it came from. Sections: [settings] for texts,
 * [json] for other values as JSON, [secret] and [secret-json] for the same of secret keys. */

#include "basic/json.h"

typedef struct Settings Settings;

/* Takes NULL; returns NULL. */
Settings *settings_free(Settings *s);
DEFINE_CLEANUP(Settings *, settings_free);

/* Reads a file's text, all or nothing: -EBADMSG with "ORIGIN: line N: …". Empty text is fine. */
int settings_parse(const char *text, size_t size, const char *origin, Error *e, Settings **ret);

/* The text they were read from, with what was changed since. */
int settings_text(const Settings *s, char **ret, size_t *ret_size);

/* All of them as one object; borrowed. */
json_object *settings_tree(const Settings *s);

/* Value at a path, borrowed: 1, or 0 if there is none (a JSON null is a NULL value). */
int settings_get(const Settings *s, char *const *path, json_object **ret);

/* Whether anything at, above or below the path is marked or looks secret. */
bool settings_is_secret(const Settings *s, char *const *path);

/* Calls for each value that is not an object with something in it; stops at a negative return,
 * which it returns. `value` is NULL for null. */
typedef int (*SettingsVisit)(char *const *path, json_object *value, bool secret, void *userdata);
int settings_foreach(const Settings *s, SettingsVisit visit, void *userdata);

/* No value and no comment is left. */
bool settings_is_empty(const Settings *s);
