/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The way to a folder: every folder from / down to it, as found while it was opened, and whether
 * anybody but the users that are trusted could put something else in its place. */

#include <sys/types.h>

#include "basic/error.h"
#include "basic/macro.h"

/* One folder on the way. */
typedef struct WayStep {
        size_t length; /* of its path, which the whole one begins with */
        uid_t uid;
        gid_t gid;
        mode_t mode;
        bool acl; /* the group's bits are those of a POSIX access control list; only looked at where
                     they allow to write */
} WayStep;

typedef struct Way {
        WayStep *steps; /* / first, the folder last */
        size_t n;
} Way;

void way_done(Way *way);

/* Opens (O_PATH) a folder by its absolute path without following a symlink anywhere; `ret` may be
 * NULL. -ELOOP for a symlink, -ENOTDIR, -ENOENT, -EINVAL for a path that is relative or has "..".
 * Sets `e`, which names the component. Returns the descriptor. */
int way_open(const char *path, Error *e, Way *ret);

/* -EPERM, with component, reason and remedy, if anybody but root and the trusted users owns or may
 * write to a folder of the way, or to the last one: sticky or not, since the owner of what lies in
 * a sticky folder may remove it. A group may, if it is the private one of a trusted user. */
int way_check(const Way *way, const char *path, const uid_t *trusted, size_t n_trusted, Error *e);

/* The same of one folder that is open, whatever stands above it. */
int way_check_folder(int folder_fd, const char *path, const uid_t *trusted, size_t n_trusted,
                     Error *e);
