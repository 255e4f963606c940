/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/ctl.h"
#include "module/settings-edit.h"

/* Restarts what changed settings reach, unless --no-restart was given, and prints what it did.
 * Negative if a unit that ran does not start with them; one that had failed may go on failing. */
int settings_restart(Context *c, SettingsEdit *edit);
