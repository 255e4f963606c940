/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Walks over a JSON text without building anything: a package's document holds every version ever
 * published, and one or two of them are wanted. Values that are skipped are only looked at as far
 * as it takes to find their end; a caller that wants one parses it with json_parse(). */

#include "basic/json.h"
#include "npm/spec/js-text.h"

typedef struct JsonScan {
        const char *p, *end;
        bool first; /* no member has been read yet */
} JsonScan;

/* Starts on the text of an object (or array). -EBADMSG if it is none. */
int json_scan_open(Slice text, char bracket, JsonScan *ret);

/* The next member's key (without its quotes, escapes left as they are) and value: 1, 0 at the end,
 * -EBADMSG, -E2BIG if it is nested deeper than JSON_DEPTH_MAX. */
int json_scan_member(JsonScan *s, Slice *ret_key, Slice *ret_value);

/* The same in two steps: after the key either the value is skipped, or json_scan_enter() walks into
 * it with a scan of its own, which must be walked to its end and left. */
int json_scan_next_key(JsonScan *s, Slice *ret_key);
int json_scan_skip(JsonScan *s, Slice *ret_value);
int json_scan_enter(const JsonScan *s, char bracket, JsonScan *ret);
void json_scan_leave(JsonScan *outer, const JsonScan *inner);

/* The value of a member, the last one if there are several: 1, 0 if there is none (or `object` is
 * no object), negative as above. */
int json_scan_find(Slice object, const char *key, Slice *ret_value);

/* Parses a value that was found, properly. Returns what json_parse() does. */
int json_scan_parse(Slice value, Error *e, json_object **ret);

/* What a string is, or a key that was found: a new string. -EBADMSG if the value is no string or
 * holds a NUL. */
int json_scan_string(Slice value, char **ret);
int json_scan_key(Slice key, char **ret);

/* Whether JavaScript takes the value for true. */
bool json_scan_truthy(Slice value);
