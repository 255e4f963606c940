/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* module.json, the note in a release that says what was installed. */

#include "store/modules.h"

#define MODULE_FILE "module.json"

/* Reads the file at a path below a folder. -EBADMSG for a damaged one, -EPROTO for one a newer
 * pm2ctl wrote. */
int module_file_read(int fd, const char *path, Error *e, Module *ret);

int module_file_write(int release_fd, const Module *m);
