/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Fetching a package into a staging folder, up to the point where it can be committed. */

#include "module/install-outcome.h"
#include "module/source.h"
#include "store/staging.h"

/* Fills the staging folder's tree, runs install scripts if they are to run, adopts the tree,
 * checks that it can be run here, brings it to the modules' file system, and fills in
 * outcome->module. With MODE_UPDATE outcome->module has the name that the package must have.
 * INSTALL_UNCHANGED is set where the tree is the one that is installed, and the options ask for
 * nothing else. Nothing but the staging folder is changed. -EINTR when a signal is noted. */
int package_fetch(Modules *modules, const Source *source, const InstallOptions *options,
                  Staging *staging, InstallOutcome *outcome);
