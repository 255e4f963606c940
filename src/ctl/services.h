/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The two services that go with modules: the relay, and the start of all modules at boot. */

#include "ctl/ctl.h"

/* Enables both, says so, and starts the relay; for a user without a manager their symlinks are
 * made, so that the manager has them once it comes. Those that are masked are left alone. Says
 * itself what went wrong, with which modules run all the same. */
int services_enable(Context *c);

/* The same where they are not enabled; costs next to nothing where they are. */
int services_ensure(Context *c);

/* Whether modules are started at boot at all. */
bool services_at_boot(Context *c);
