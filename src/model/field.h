/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The values of a declaration's fields, as PM2 takes them: each of these reads a JSON value into
 * `field`, whose type is in the comment, and replaces what is there. -EINVAL with a clause that
 * says what the value must be. */

#include "basic/json.h"

int field_text(json_object *value, void *field, Error *e);  /* char * */
int field_path(json_object *value, void *field, Error *e);  /* char *, below the package */
int field_words(json_object *value, void *field, Error *e); /* char **, also from one string */
int field_bool(json_object *value, void *field, Error *e);  /* bool */
int field_bytes(json_object *value, void *field, Error *e); /* uint64_t, from "10K" and the like */
int field_duration(json_object *value, void *field, Error *e); /* uint64_t µs, from ms or "10s" */
int field_count(json_object *value, void *field, Error *e);    /* unsigned */
int field_timezone(json_object *value, void *field, Error *e); /* char *, as Europe/Berlin */
int field_variable(json_object *value, void *field, Error *e); /* char *, that a package may set */
int field_object(json_object *value, void *field, Error *e);   /* json_object * */

/* -EINVAL, "must be WANTED, not a string". */
int field_wrong_type(json_object *value, const char *wanted, Error *e);
