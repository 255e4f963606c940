/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A script of a package.json. */

#include "basic/error.h"

#define SHELL_SCRIPT_MAX 65536 /* bytes of one script; the kernel takes 128 KiB as an argument */

/* Runs it in the package's folder; both its outputs are our standard error. 0, or -EIO with a
 * clause about how it ended. */
int shell_run(const char *script, const char *folder, char *const *env, Error *e);
