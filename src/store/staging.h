/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

/* Staging: <state>/staging/<n>/, where a module is put together before it is adopted. A staging
 * folder is locked by the process that made it; one that is not locked was left by a process that
 * died and is removed. Next to them are modules that are being removed (STAGING_REMOVED). */

#include "basic/error.h"

typedef struct Scope Scope;
typedef struct Store Store;

typedef struct Staging {
        Store *store;
        const Scope *scope;
        char *number;    /* "3" */
        char *path;      /* absolute, of the folder */
        char *tree;      /* absolute, of the tree in it */
        char *directory; /* the value of StateDirectory= for the tree: "pm2ctl/staging/3/tree" */
        int fd;          /* of the folder */
        int lock_fd;
} Staging;

#define STAGING_EMPTY ((Staging) { .fd = -EBADF, .lock_fd = -EBADF })

/* Makes a new staging folder. In the user scope the tree's folder is made too, in the system scope
 * systemd makes it. */
int staging_new(Store *s, const Scope *scope, Error *e, Staging *ret);

/* Brings the tree, once adopted, to the file system on which the modules lie: in the system scope
 * systemd makes it in /var/lib/private, and the state folder may be a mount of its own. */
int staging_bring(Staging *s, Error *e);

/* Removes it with all that is in it. */
void staging_done(Staging *s);

/* Ends what a dead process left undone: `entry` is the number of the staging folder in which it may
 * still have programs at work, or STAGING_REMOVED and the folder of the module it was removing. */
typedef int (*StagingAbandon)(void *userdata, const char *entry, Error *e);

/* Removes what dead processes left, also in the modules' folders; `abandon` is called before for
 * each entry of theirs. */
int staging_clear(Store *s, const Scope *scope, StagingAbandon abandon, void *userdata, Error *e);
