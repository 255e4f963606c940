/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Changing settings in memory, and the lines they came from with them. */

#include "basic/json.h"

typedef struct Settings Settings;

/* Sets a value, a copy of it; what stood at, above or below the path gives way. A key once secret
 * stays so until it is unset. -EINVAL and the reason for what a file or environment cannot hold. */
int settings_set(Settings *s, char *const *path, json_object *value, bool secret, Error *e);

/* 1 if the path was there and is gone, 0 if not; a NULL path means all. */
int settings_unset(Settings *s, char *const *path);
