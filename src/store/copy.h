/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Copies of files and trees: no other process can have them open. */

#include <sys/types.h>

/* Makes a new file `name` with what the open file from_fd holds; its holes stay holes. */
int copy_file(int from_fd, int dir_fd, const char *name, mode_t mode);

/* Copies a tree that was adopted, as folder `name`, which must not be there yet. */
int copy_tree(int from_fd, int dir_fd, const char *name);
