/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Takes secrets out of what a module sends, since modules send their whole configuration. A member
 * whose name says that it is secret is masked whatever it holds; and the values that were set for
 * secret keys are masked wherever they stand: in other strings, as numbers, as names of members. */

#include "basic/json.h"
#include "basic/macro.h"

/* What stands where a secret stood. */
#define MASK_TEXT "********"

/* A shorter secret is masked only where it is the whole string: "on" is part of many words. */
#define MASK_PART_MIN 4

typedef struct Mask Mask;

int mask_new(Mask **ret);
Mask *mask_free(Mask *m);
DEFINE_CLEANUP(Mask *, mask_free);

/* Every string and number in `value` is a secret from now on. */
int mask_add(Mask *m, json_object *value);
int mask_add_text(Mask *m, const char *text);

/* A copy without secrets. */
int mask_json(const Mask *m, json_object *o, json_object **ret);
int mask_string(const Mask *m, const char *text, char **ret);
