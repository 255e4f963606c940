/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The last step of an installation that finds what is installed already. */

#include "module/install-outcome.h"

/* For INSTALL_UNCHANGED: records the specification that was asked for, and the key that signed it
 * now; and starts the module, with the services that go with modules, if it does not run. Fills in
 * the outcome; returns its `r`. */
int install_confirm(Modules *modules, InstallOutcome *outcome);
