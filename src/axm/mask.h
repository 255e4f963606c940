/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Takes secrets out of what a module sends, since modules send their whole configuration. A member
 * whose name says that it is secret is masked whatever it holds; and the values that were set for
 * secret keys are masked wherever they stand: in other strings, as numbers, as names of members. */

#include "basic/macro.h"

typedef struct json_object json_object;

/* What stands in a secret's place. */
#define MASK_TEXT "********"

typedef struct Mask Mask;

/* -ENOMEM, as all below. */
int mask_new(Mask **ret);
Mask *mask_free(Mask *m);
DEFINE_CLEANUP(Mask *, mask_free);

/* Every string and number in `value` is a secret from now on. */
int mask_add(Mask *m, json_object *value);
int mask_add_text(Mask *m, const char *text);

/* A copy without secrets. A NULL object (JSON null) gives NULL. */
int mask_json(const Mask *m, json_object *o, json_object **ret);
int mask_string(const Mask *m, const char *text, char **ret);
