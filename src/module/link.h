/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Linking: a module that runs from a directory of its developer's. Nothing is copied, and what lies
 * there counts at each start. */

#include "module/install-outcome.h"
#include "module/source.h"

/* Looks at a directory (SOURCE_FOLDER) as the user who may change it, and makes a module of it in
 * outcome->module, which is then to be committed with install_commit(). That another user owns it
 * than the one it runs as is a note, MODULE_NOTE_LINK_OWNER. -EPERM where others may change what
 * would run, with the remedy; -EINVAL for a package that cannot be run. Nothing is changed. */
int link_folder(Modules *modules, const Source *source, const InstallOptions *options,
                InstallOutcome *outcome);
