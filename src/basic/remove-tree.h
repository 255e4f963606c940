/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Removing trees that programs of others made, hostile ones included. */

/* Removes `name` below dir_fd and all that is in it, however deep, with a bounded number of
 * descriptors. Follows no symlink, enters no mount point, and never leaves the tree. Goes on after
 * a failure and returns the first one: -EBUSY for a mount point or a tree that another process
 * extends meanwhile. 0 if it is not there. */
int remove_tree_at(int dir_fd, const char *name);
