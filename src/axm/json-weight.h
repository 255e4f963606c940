/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Bytes of memory that JSON values take, roughly. A module controls these, not just the length of
 * its text: "{}" is 800 of them. */

#include <stddef.h>

typedef struct json_object json_object;

size_t json_weight(json_object *o);

/* As a member of an object, and as an element of an array. */
size_t json_member_weight(const char *key, json_object *value);
size_t json_element_weight(json_object *value);
