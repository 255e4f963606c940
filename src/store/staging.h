/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Staging: <state>/staging/<n>/, where a module is put together before it is adopted. A staging folder is locked by the
 * process that made it; one that nobody locks was left by a process that died and is removed. */

#include "store/modules.h"

typedef struct Staging {
        Store *store;
        char *number;    /* "3" */
        char *path;      /* absolute, of the folder */
        char *tree;      /* absolute, of the tree in it */
        char *directory; /* what StateDirectory= is told for the tree: "pm2ctl/staging/3/tree" */
        int fd;          /* of the folder */
        int lock_fd;
} Staging;

/* Makes a new staging folder. In the user scope the tree's folder is made too, in the system scope systemd makes it. */
int staging_new(Store *s, const Scope *scope, Error *e, Staging *ret);

/* Removes it with all that is in it. */
void staging_done(Staging *s);

/* Removes what dead processes left. */
int staging_clear(Store *s, const Scope *scope, Error *e);

/* Makes the tree fit to be kept: everything root's (the caller's), no setuid or setgid bits, nothing writable by
 * others, no devices, sockets or FIFOs, no hard links, no symlink that leads out. Only to be called once nothing runs
 * that could still write to it. -EINVAL and the path at fault. */
int staging_adopt(Staging *s, Error *e);
