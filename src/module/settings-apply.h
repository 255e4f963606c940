/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What new settings mean for units: one that runs is restarted as it is, since a restart has it
 * read them; one that failed, or keeps failing, is made anew, since it may have lacked just this
 * setting. One that is not there was stopped on purpose, or is just being stopped or restarted,
 * and will read them; and one that has done its work has no need of them. */

#include "module/restart.h"

/* Does that to the units of those of the named modules that are installed. Waits for a process
 * that is installing or removing one of them, and until all units are restarted. Nothing is
 * restarted, and that is fine, where nothing was ever installed. -EHOSTDOWN with a clause: there
 * is no manager. Negative else only if it cannot tell what to restart, or the manager cannot be
 * talked to; `ret` has what was restarted by then. */
int modules_apply_settings(Modules *modules, char *const *names, Error *e, Restarted *ret);
