/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All settings, each with its origin. */

#include "ctl/ctl.h"
#include "module/settings-edit.h"

/* Adds the rows of a module, or the global ones and those of all modules for NULL: "key" as the
 * verbs read it, "module", "origin", "secret", "value". What could be read is there even on
 * failure. */
int conf_list(const Arguments *arg, SettingsEdit *edit, const char *module, Error *e,
              json_object *rows);
