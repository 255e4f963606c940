/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The last steps of every install, update, link and rollback. */

#include "module/install-outcome.h"
#include "module/start.h"

/* Makes outcome->module the current release, starts it, and waits until it has stayed up for
 * modules->settle_usec. `tree` is an adopted tree on the modules' file system, or NULL for a linked
 * folder or a release that is there already. If an update does not stay up, the release before
 * becomes current and runs again. On success old releases but one are removed.
 *
 * The commit is the switch of one symlink: a process killed before it leaves the module as it was,
 * though perhaps stopped, one killed after it the new release, though perhaps not started. The
 * module's lock is held throughout, the store's lock only while the store is changed. Blocks for as
 * long as stopping and starting take; a noted signal ends it with -EINTR, and what was begun is
 * taken back. Fills in the outcome; returns its `r`. */
int install_commit(Modules *modules, const char *tree, InstallOutcome *outcome);

/* Starts outcome->module, and waits as above: 1 if it was started, 0 if it runs already. A failure
 * is a note, START_FAILED, as well. The caller holds the module's lock. */
int install_start(Modules *modules, StartMode mode, InstallOutcome *outcome);
