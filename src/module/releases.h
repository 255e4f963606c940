/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Installing, updating, rolling back and uninstalling modules.
 *
 * Each function does it to one module, from the first step to the last, and blocks all the while:
 * for minutes where a tree has to be fetched and scripts run, and for modules->settle_usec at its
 * end. A daemon calls them in a process of its own. They may be killed at any time: the only
 * commit is the switch of one symlink, before which the old state holds and after which the new
 * one does; what is left beside it modules_clean_up() removes. Where signals are noted
 * (interrupt_catch()), one ends them with -EINTR, after what was begun has been taken back.
 *
 * What became of the module is in the outcome, which need not be initialized and whose `r` is
 * returned. Free it with install_outcome_done(). */

#include "module/install-outcome.h"

/* To be called before any of these: opens the store, whose folders are made, and the manager's bus,
 * which a user may lack, and cleans up after killed commands. */
int releases_open(Modules *modules, Error *e);

/* Installs what a specification means (module/source.h), or links a directory. If a module of that
 * name is installed, its release is the previous one then. -EINVAL, -ENOENT for a specification
 * that means nothing, and for a package that cannot be run here, or a user that does not exist;
 * -EEXIST for one that is the name of something in the working directory as well;
 * -EPERM where others could change what would run; -EIO for what cannot be fetched. */
int module_install(Modules *modules, const char *spec, const InstallOptions *options,
                   InstallOutcome *outcome);

/* Installs what a module was installed from once more. Install scripts are run, with or without
 * network, as they were before, unless the options say more. -ENOENT: it is not installed;
 * -ENODATA, -ENOKEY, -EISDIR where it cannot be installed from there once more. */
int module_update(Modules *modules, const char *name, const InstallOptions *options,
                  InstallOutcome *outcome);

/* Makes the previous release current; the one that is current stays, as the previous one.
 * -ENOENT: none is kept. */
int module_rollback(Modules *modules, const char *name, InstallOutcome *outcome);

/* Stops a module and removes it with its data and what was recorded of it, its settings only if
 * `purge`. A process that is killed leaves the module stopped, or no module, and what is left of it
 * to modules_clean_up(). The store must be open; opens the bus itself. Where the module is gone and
 * its settings could not be removed, the clause says so. */
int module_uninstall(Modules *modules, const char *name, bool purge, Error *e);
