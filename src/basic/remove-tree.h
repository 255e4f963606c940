/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Removing what strangers' programs made, whatever they made of it. */

/* Removes `name` below dir_fd and all that is in it, however deep, with a bounded number of
 * descriptors. Follows no symlink, enters no mount point, and leaves the tree for nothing. Goes on
 * after a failure and returns the first one: -EBUSY for a mount point or a tree that somebody
 * extends meanwhile. 0 if it is not there. */
int remove_tree_at(int dir_fd, const char *name);
