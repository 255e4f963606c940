/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files that npm's settings name. */

#include "basic/error.h"

/* A file of certificates or a key, named by the setting: 0 if it can be read and only
 * root and we can have chosen it (basic/trusted-file); else negative with a clause. */
int certificate_file_check(const char *setting, const char *path, Error *e);
