/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads specifications. */

#include "npm/spec/spec.h"

/* An argument of `install`: "name", "name@spec" or any of the forms without a name. -EINVAL and a
 * clause that says what is wrong with it. */
int spec_parse(const char *text, Error *e, Spec **ret);

/* An entry of a package's dependencies. */
int spec_resolve(const char *name, const char *text, Error *e, Spec **ret);
