/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How settings are shown. */

#include "ctl/ctl.h"
#include "module/settings-edit.h"

/* Prints the command that sets this, for a shell to read back: "pm2ctl set tool:drive /". */
int settings_print_command(const Arguments *arg, const SettingsEdit *edit, const char *module,
                           char *const *path, json_object *value, bool secret);

/* Prints a value as it is, text without quotes; on a terminal with control characters escaped. */
int settings_print_value(json_object *value);

/* The settings as one object, with MASK_TEXT for the secrets unless `show`. */
int settings_to_json(const Settings *s, bool show, json_object **ret);
