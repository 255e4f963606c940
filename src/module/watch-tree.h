/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Changes below a folder, by inotify: all folders that a rule wants, but those named node_modules
 * or with a leading dot. */

#include "basic/error.h"
#include "module/watch-rule.h"

typedef struct WatchTree WatchTree;

/* An editor's or a checkout's burst of changes is one: it ends with this much quiet (or as much as
 * a rule asks for), or after so long. */
#define WATCH_QUIET_USEC (150 * USEC_PER_MSEC)
#define WATCH_BURST_USEC (2 * USEC_PER_SEC)

/* Watches the directory `fd` (`path` is its name in messages) and what is wanted below it, new
 * directories too, so it is called again after each change; `*tree` is made at the first call.
 * -ENOSPC with the limit to raise in the clause. */
int watch_tree_refresh(int fd, const char *path, const WatchRule *rules, size_t n, Error *e,
                       WatchTree **tree);

/* Blocks until a burst of changes has ended that some rule wants; `changed` is set in those that
 * do. */
int watch_tree_wait(WatchTree *tree, WatchRule *rules, size_t n, Error *e);

/* How many folders are watched. */
size_t watch_tree_count(const WatchTree *tree);

WatchTree *watch_tree_close(WatchTree *tree);
DEFINE_CLEANUP(WatchTree *, watch_tree_close);
