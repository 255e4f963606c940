/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A linked module's folder: what is recorded of it when it is linked, and whether a folder is the
 * one that was. */

#include "store/module-file.h"

typedef struct PathChain PathChain;
typedef struct Store Store;

/* What tells the folder from any other; the user stays as it is. */
int linked_identify(int fd, LinkedFolder *l);

/* Whether only root and the trusted users (the owner, the user that it runs as, in the user scope
 * the caller) may change the folder or replace it; see path_chain_check(). */
int linked_check_chain(const Module *m, const PathChain *chain, Error *e);

/* Opens the folder by its path without following a symlink. -ESTALE if it is not the one that was
 * recorded. If nothing was recorded, its path chain is checked: it has to be
 * one that only the trusted users can have changed. Returns the descriptor. */
int linked_open(const Module *m, Error *e);

/* Records what pm2ctl 0.1 did not, if the folder can only be the same: 1, or 0 if it is recorded
 * already. */
int linked_record(Store *s, Module *m, Error *e);
