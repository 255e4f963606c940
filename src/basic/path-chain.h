/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The chain of folders from / down to one, as found while it was opened, and whether any user that
 * is not trusted could put something else in its place. */

#include <sys/types.h>

#include "basic/error.h"

typedef struct PathChainStep {
        size_t length; /* of this folder's path, a prefix of the whole one */
        uid_t uid;
        gid_t gid;
        mode_t mode;
        bool acl; /* the group's bits are those of a POSIX access control list; only looked at where
                     they allow to write */
} PathChainStep;

typedef struct PathChain {
        PathChainStep *steps; /* / first, the folder last */
        size_t n;
} PathChain;

/* Opens (O_PATH) a folder by its absolute path without following a symlink anywhere; `ret` may be
 * NULL. -ELOOP for a symlink, -ENOTDIR, -ENOENT, -EINVAL for a path that is relative or has "..".
 * Sets `e`, which names the component. Returns the descriptor. */
int path_chain_open(const char *path, Error *e, PathChain *ret);

void path_chain_done(PathChain *chain);

/* -EPERM, with component, reason and remedy, if a user other than root and the trusted ones owns or
 * may write to a folder of the chain, the last one included: sticky or not, since the owner of what
 * is in a sticky folder may remove it. A group may, if it is the private one of a trusted user.
 * `path` is the one that was opened. */
int path_chain_check(const PathChain *chain, const char *path, const uid_t *trusted,
                     size_t n_trusted, Error *e);

/* The same of one open folder, without those above it. */
int path_chain_check_folder(int folder_fd, const char *path, const uid_t *trusted, size_t n_trusted,
                            Error *e);
