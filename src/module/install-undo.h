/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "module/install-outcome.h"

/* Takes back a commit whose release did not start for `reason`: the release before becomes current
 * again and is started, and the new one removed. Without one before, the module is removed if
 * `reason` is -EINTR, and stays else: it may just lack a setting. Fills in outcome->undo. A noted
 * signal does not end this, and is noted again afterwards. The caller holds the module's lock. */
void install_undo(Modules *modules, int reason, InstallOutcome *outcome);
