/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Opening files of a tree that others made, without leaving it. */

/* Opens a path below dir_fd: neither "..", an absolute path nor any symlink in it leads out
 * (RESOLVE_BENEATH). -EXDEV or -ELOOP for one that does. Returns the descriptor. */
int open_beneath(int dir_fd, const char *path, int flags);
