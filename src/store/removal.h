/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Removing a module, and what was left of one. */

#include "basic/error.h"

typedef struct Scope Scope;
typedef struct Store Store;

/* What precedes the name of a module's folder while it is in the staging folder. */
#define STAGING_REMOVED "removed-"

/* Removes a module in two steps. The first moves it out of the modules' folder by one rename: 1, or
 * 0 if it was not there. What a process that is killed in between leaves is removed by
 * staging_clear(). */
int store_remove(Store *s, const char *name, Error *e);

/* The second removes its files. */
int store_remove_files(Store *s, const char *name, Error *e);

/* Removes folders of modules that no install has committed. Under the store's lock. */
int store_remove_uncommitted(Store *s, Error *e);

/* Removes what a module has written, in both places where systemd may have put its data, or sets it
 * aside. Its units must have stopped. */
int store_remove_data(const Scope *scope, const char *name);
