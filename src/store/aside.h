/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Leftovers that cannot be removed, since a file in them is immutable or something is mounted
 * there: they are moved out of the way, into a folder ".aside" beside, so that they hold up nothing
 * else. */

#include "basic/macro.h"

/* Removes `name` in the folder dir_fd. What cannot be removed is moved into the folder ".aside" in
 * home_fd, which has to be on the same file system, and a warning says where it is, why, and what
 * can be done. Whether nothing has that name any more. */
bool remove_or_set_aside(int dir_fd, const char *name, int home_fd);

/* The same by an absolute path; home is the folder it lies in. */
bool remove_path_or_set_aside(const char *path);

/* Tries once more, without a word, to remove what was set aside in a folder. */
void remove_aside(const char *folder);
