/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The installed modules of a scope: <state>/modules/<folder>/ with releases/<version>-<n>/ and
 * `current`, a symlink to one of them. Switching that link is the only commit: before it the old
 * state holds, after it the new one. Here the store is opened and locked; installed.h reads it,
 * release.h and removal.h change it. */

#include "basic/error.h"

typedef struct Scope Scope;
typedef struct Store Store;

/* Opens the folder of a scope's modules; with `create` it is made where it is missing. -ENOENT
 * without it. */
int store_open(const Scope *scope, bool create, Error *e, Store **ret);

/* Takes NULL; returns NULL. */
Store *store_close(Store *s);
DEFINE_CLEANUP(Store *, store_close);

/* The state folder's descriptor, borrowed. */
int store_fd(const Store *s);

/* Takes the lock that writers hold while they commit; released by closing the descriptor returned.
 * */
int store_lock(Store *s, Error *e);

/* Keeps modules as they are, installed or not: exclusively to install or remove one, from the first
 * step to the last, shared to start some. Taken before store_lock(), and for more than one module
 * only shared, or two processes could wait for each other. Released by closing the descriptor
 * returned. */
int store_lock_modules(Store *s, char *const *names, bool exclusive, Error *e);
