/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Packing and publishing is done by pm2-fetch, which has the archive and the network code, as a
 * child with the caller's own rights: it is about the caller's own files and tokens. */

#include "ctl/ctl.h"

/* The request for a package's folder (NULL: the current one), which becomes the current one. */
int package_request(const Arguments *arg, const char *folder, Error *e, json_object **ret);

/* Runs the mode; the answer is the caller's to free. */
int package_child(const char *mode, json_object *request, Error *e, json_object **ret);

/* Prints the files as a table, or the whole answer as JSON. */
int package_print(const Arguments *arg, json_object *answer);
