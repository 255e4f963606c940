/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The two services that go with modules: the relay, and the start of all modules at boot. Both are
 * optional: without them modules run all the same. */

#include "module/modules.h"

#define SERVICE_RELAY   "pm2-axm-relay.service"
#define SERVICE_MODULES "pm2-modules.service"

/* Enables both and starts the relay, and waits until it has started; for a user without a manager
 * (modules->bus is NULL) their symlinks are made, so that the manager has them once it comes.
 * Those that are masked are left alone. What was enabled, and what could not be, are notes
 * (SERVICE_ENABLED, SERVICE_FAILED). 1 if any was enabled, 0 if all were;
 * negative if any could not be, with the first clause. `e` may be NULL. */
int services_enable(Modules *modules, Error *e);

/* The same where they are not enabled, with the connection to the manager opened; where they are,
 * it costs two system calls. */
int services_ensure(Modules *modules, Error *e);

/* Whether the relay runs, or is on its way: without it what modules report is not recorded. True
 * where the manager is not connected, or does not tell. One question to it. */
bool services_relay_runs(const Modules *modules);

/* Whether modules are started at boot at all. Asks the manager, if it is connected, where the disk
 * does not tell; the answer is kept. */
bool services_at_boot(Modules *modules);
