/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An installed module's package.json. */

#include "basic/error.h"

typedef struct Module Module;
typedef struct Package Package;

/* Root acts as the user that a linked module runs as until user_return(), since that user may
 * replace anything there. -ESRCH if the account does not exist any more. */
int store_become_user(const Module *m, Error *e);

/* Opens (O_PATH) the folder with a module's package.json. Of a linked module that is the folder
 * that was linked, by a path without symlinks, or -ESTALE. Returns the descriptor. */
int store_open_package(const Module *m, Error *e);

/* Reads package.json there, with the apps' env that the module's --env chooses, all as the user
 * that a linked module runs as. */
int store_read_package_at(const Module *m, int package_fd, Error *e, Package *ret);

/* The same, but opens the folder first. */
int store_read_package(const Module *m, Error *e, Package *ret);
