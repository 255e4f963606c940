/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* JSON (RFC 8259) by json-c, with the limits and types foreign documents need. */

#include <json-c/json.h>

#include "basic/error.h"

/* Deeper documents are made to exhaust a stack; no package.json comes near. */
#define JSON_DEPTH_MAX 64

static inline void json_object_putp(json_object **o) {
        if (*o)
                (void) json_object_put(*o);
}

/* Parses the whole text, behind which there is a NUL, strictly, but for a byte order mark before
 * it: -EBADMSG with the line and the reason in `e`, -ENOMEM. A text "null" gives a NULL object.
 * The caller owns `ret`. */
int json_parse(const char *text, size_t size, Error *e, json_object **ret);

/* Borrowed member of an object, whatever its type; NULL if absent (or JSON null). */
json_object *json_get(json_object *o, const char *key);

/* Whether it is an object with that member, be that null. */
bool json_has(json_object *o, const char *key);

/* Elements of an array; 0 of anything else. */
size_t json_length(json_object *o);

/* Borrowed string member; NULL if it is absent, not a string, or contains a NUL. */
const char *json_get_string(json_object *o, const char *key);

/* The string of a value; NULL if it is not a string or contains a NUL. */
const char *json_string(json_object *o);

/* `otherwise` if the member is absent or not a whole number. */
int64_t json_get_int(json_object *o, const char *key, int64_t otherwise);

/* Of any size; false, and `ret` untouched, if it is absent or not a whole number from 0 up. */
bool json_get_uint(json_object *o, const char *key, uint64_t *ret);

/* `otherwise` if the member is absent or not a boolean. */
bool json_get_bool(json_object *o, const char *key, bool otherwise);

/* Adds to an object. A NULL string adds nothing. 0 or -ENOMEM. */
int json_add_string(json_object *o, const char *key, const char *value);

/* The same with its secrets masked: what earlier versions wrote may contain some. */
int json_add_address(json_object *o, const char *key, const char *value);

/* 0 or -ENOMEM. */
int json_add_uint(json_object *o, const char *key, uint64_t value);
int json_add_bool(json_object *o, const char *key, bool value);
int json_add_null(json_object *o, const char *key);

/* Adds an array of the strings; NULL is an empty one. 0 or -ENOMEM. */
int json_add_strv(json_object *o, const char *key, char *const *v);

/* UINT64_MAX, an amount that is not known, is null. */
int json_add_amount(json_object *o, const char *key, uint64_t value);

/* Takes `value`, also on failure; NULL is -ENOMEM. */
int json_add(json_object *o, const char *key, json_object *value);

/* A deep copy, NULL if out of memory (or of NULL). */
json_object *json_copy(json_object *o);

/* Compact text without escaped slashes, owned by the object. */
const char *json_text(json_object *o);

/* A member's name as a value's type is called in messages: "a string", "an array", … */
const char *json_type_text(json_object *o);
