/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Changes below a folder, by inotify: all folders but those named node_modules or with a leading
 * dot. */

#include "basic/error.h"
#include "basic/macro.h"

typedef struct WatchTree WatchTree;

/* Watches the folder and all below it, new ones too; `*tree` is made at the first call. -ENOSPC
 * with the limit to raise in the clause. */
int watch_tree_refresh(const char *path, Error *e, WatchTree **tree);

/* Returns once something has changed and nothing more did for `quiet` µs, or `burst` µs after the
 * first change. */
int watch_tree_wait(WatchTree *tree, uint64_t quiet, uint64_t burst, Error *e);

WatchTree *watch_tree_close(WatchTree *tree);
DEFINE_CLEANUP(WatchTree *, watch_tree_close);
