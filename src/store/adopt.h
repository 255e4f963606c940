/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Making a tree that strangers' programs wrote fit to be kept. */

#include "basic/error.h"

/* The whole tree becomes the caller's, and none of it can be changed by anybody else any more,
 * whatever they have open: folders first, then what is in them; a file that somebody may still
 * write to, or that has more than one link, is copied. setuid and setgid bits go. -EINVAL and the
 * path at fault for a device, socket or FIFO, for a symlink that leads out, and for a tree past the
 * limits; -EBUSY for a file with somebody's lease. Only to be called once nothing runs as its
 * owner. */
int adopt_tree(const char *path, Error *e);
