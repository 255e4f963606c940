/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What stands by a module's units, as units of its own: pm2-watch@<id>.service, which starts them
 * again when a file changes, and a pm2-cron@<id>[@<app>].timer for each app that is to be restarted
 * at certain times. They outlive the module's units: when a mistake has driven those into failure,
 * the mended file or the next time starts them again. A unit that is not there at all was stopped
 * by somebody, and is left so. */

#include "ctl/ctl.h"
#include "ctl/module-unit.h"

/* The loaded ones, for companions_start(). Free with unit_states_free(). */
int companions_query(Context *c, Error *e, UnitState **ret, size_t *ret_n);

/* Has what a module's package asks for stand by it, and stops what it does not. Says itself what is
 * wrong; the module runs all the same. */
void companions_start(Context *c, const Module *m, const Package *p, StartMode mode,
                      const UnitState *states, size_t n);

/* Stops those of the modules. */
int companions_stop(Context *c, char *const *names, Error *e);
