/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Making a tree that strangers' programs wrote fit to be kept. */

#include "basic/error.h"
#include "basic/macro.h"

/* The whole tree becomes the caller's; setuid and setgid bits and write permission for others go; a
 * file with more than one link is copied. -EINVAL and the path at fault for a device, socket or
 * FIFO, for a symlink that leads out, and for a tree past the limits. Only to be called once
 * nothing runs that could still write to it. */
int adopt_tree(const char *path, Error *e);

/* Copies a tree that was adopted, as folder `name`, which must not be there yet. */
int copy_tree(int from_fd, int dir_fd, const char *name);
