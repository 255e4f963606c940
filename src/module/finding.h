/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is wrong with a package: a JSON array of {"level", "file", "field", "problem", "remedy"}. */

#include "basic/json.h"
#include "basic/macro.h"

typedef enum FindingLevel {
        FINDING_ERROR,   /* it cannot be run, or not be installed */
        FINDING_WARNING, /* it can, but not as it is written there */
        _FINDING_MAX,
        _FINDING_INVALID = -EINVAL,
} FindingLevel;

const char *finding_level_to_string(FindingLevel level);

/* Adds one to the array, with copies of the texts; `field` may be NULL. -ENOMEM. */
int finding_add(json_object *findings, FindingLevel level, const char *field, const char *remedy,
                const char *format, ...) _printf_(5, 6);
