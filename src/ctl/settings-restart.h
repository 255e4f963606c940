/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What set and unset print: what they restarted and, with --json, an array with an object for the
 * settings of each module that was named, null for the global ones: name, result, changed,
 * restarted (units), error. */

#include "ctl/ctl.h"
#include "module/settings-edit.h"

/* Restarts what changed settings reach, unless --no-restart was given, and prints what it did;
 * `done` is the result where something was changed: "set". Negative if a unit that ran does not
 * start with them; one that had failed may go on failing. */
int settings_restart(Context *c, SettingsEdit *edit, const char *done);

/* Prints that nothing was changed, and why; returns `r`. */
int settings_refuse(Context *c, int r, const Error *e, const char *what);
