/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Taking over a tree that programs of others wrote. */

#include "basic/error.h"

/* The whole tree becomes the caller's, and no other user can change any of it any more, whatever
 * they have open: folders first, then what is in them; a file that a process may still write to, or
 * that has more than one link, is copied. setuid and setgid bits go. -EINVAL and the path at fault
 * for a device, socket or FIFO, for a symlink that leads out, and for a tree past the limits;
 * -EBUSY for a file on which another process holds a lease. Only to be called once nothing runs as
 * its owner. */
int adopt_tree(const char *path, Error *e);
