/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the administrator set: one INI file for the keys that reach every module, one per module.
 * In memory a tree of JSON objects, beside the lines it came from. Sections: [settings] for texts,
 * [json] for other values as JSON, [secret] and [secret-json] for the same of secret keys. */

#include "basic/error.h"
#include "basic/json.h"
#include "basic/macro.h"
#include "store/scope.h"

/* A unit's settings, global and its own, in bytes of their files: systemd takes 1 MiB of
 * credentials, and their names and fallbacks need a little of it. */
#define SETTINGS_BYTES_MAX (1024U * 1024U - 4096U)

typedef struct Settings Settings;

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

/* Sets a value, a copy of it; what stood at, above or below the path gives way. A key once secret
 * stays so until it is unset. -EINVAL and the reason for what a file or environment cannot hold. */
int settings_set(Settings *s, char *const *path, json_object *value, bool secret, Error *e);

/* 1 if the path was there and is gone, 0 if not; a NULL path means all. */
int settings_unset(Settings *s, char *const *path);

/* Whether anything at, above or below the path is marked or looks secret. */
bool settings_is_secret(const Settings *s, char *const *path);

/* Calls for each value that is not an object with something in it; stops at a negative return,
 * which it returns. `value` is NULL for null. */
typedef int (*SettingsVisit)(char *const *path, json_object *value, bool secret, void *userdata);
int settings_foreach(const Settings *s, SettingsVisit visit, void *userdata);

/* No value and no comment is left. */
bool settings_is_empty(const Settings *s);

/* Reads JSON as `set --json` takes it: what a file gives back and a module can read. -EINVAL or
 * -EBADMSG and the reason. A text "null" gives a NULL object. */
int settings_value_parse(const char *text, Error *e, json_object **ret);

/* Whether a setting may have that value: -EINVAL and a clause. */
int settings_value_check(json_object *value, Error *e);

/* The value as it stands in an environment: a text as it is, others as JSON. Owned by the value. */
const char *settings_value_text(json_object *value);

/* Files. `module` is NULL for the global ones. */
int settings_path(const Scope *scope, const char *module, char **ret);

/* A file that is not there gives empty settings. */
int settings_load(const Scope *scope, const char *module, Error *e, Settings **ret);

/* Replaces the file in one step, mode 0600; removes it if nothing is left. What was written is read
 * back first. The lock must be held. */
int settings_save(const Scope *scope, const char *module, Settings *s, Error *e);

/* Names of the modules that have a file, sorted. */
int settings_modules(const Scope *scope, Error *e, char ***ret);

/* Takes the lock of the scope's settings, to be held from load to save; returns a descriptor that
 * is closed to release it. Makes the folder. */
int settings_lock(const Scope *scope, Error *e);
