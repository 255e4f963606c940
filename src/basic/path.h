/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Paths as text; nothing here asks the file system. */

#include "basic/macro.h"

/* Where programs are looked for without a PATH. */
#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

/* "A/B", one slash between; a NULL part is left out. NULL if out of memory. */
char *path_join(const char *a, const char *b);

/* Resolves ".", "..", doubled slashes and a leading "./" of a relative path: 0 and the short form
 * ("." for nothing), -EINVAL if it is absolute, empty or leads out of the folder it starts in. */
int path_normalize_beneath(const char *path, char **ret);

/* One name: not empty, not "." or "..", no slash, at most NAME_MAX bytes. */
bool filename_is_valid(const char *name);

/* The last component, a pointer into path. */
const char *path_basename(const char *path);

/* ".sh" of "a/b.sh", "" where there is none; a leading dot starts no extension. */
const char *path_extension(const char *path);
