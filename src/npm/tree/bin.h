/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The commands a package brings, as npm reads "bin": names without folders, files inside the
 * package. */

#include "basic/json.h"

/* An object of names and files, or NULL if there are none; the caller owns it. `bin` is the
 * package's field, of any type, `package` the package's name. -ENOMEM. */
int bin_normalize(json_object *bin, const char *package, json_object **ret);

/* The commands of the package in the folder `fd`: those of "bin", or without it all files in the
 * folder that "directories" names. Like bin_normalize(). */
int bin_of_package(int fd, json_object *package, json_object **ret);
