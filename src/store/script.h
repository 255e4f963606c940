/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An app's script in the package's folder. */

#include "basic/macro.h"

/* Opens it for reading; "main" may be spelled as require() takes it, without ".js" or as the
 * folder of an index.js. One of a dependency, "node_modules/x/bin.js", is also found where npm
 * puts that beside an installed package. Returns the descriptor, and the file's path from the
 * folder (`ret_path` may be NULL). -EXDEV or -ELOOP where it leads out of the package. -EISDIR for
 * what is not a file. */
int script_open(int package_fd, const char *script, char **ret_path);
