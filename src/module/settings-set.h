/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Changes of settings by KEY, in the form that the command line has (model/key.h). Nothing is
 * written before settings_edit_commit(). */

#include "module/settings-edit.h"

/* What a change did beside what it was asked for. */
typedef struct SettingsEffect {
        bool changed;        /* false: it has that value already */
        unsigned n_replaced; /* settings that were nested in the one that has a value now */
        char *replaced;      /* a key, whose value gave way to what is nested in it now; or NULL */
        char *absent;        /* the module's name, where that is not installed; or NULL */
} SettingsEffect;

void settings_effect_done(SettingsEffect *effect);

/* Sets KEY to a copy of the value. -EINVAL with a clause for what is not a key, names a whole
 * module, or is not for settings to decide. */
int settings_edit_set(SettingsEdit *edit, const char *text, json_object *value, bool secret,
                      Error *e, SettingsEffect *ret);

/* Removes KEY; of a module's name all its settings, of "all" those of every module and the global
 * ones. 1 if there was something to remove, else 0. */
int settings_edit_unset(SettingsEdit *edit, const char *text, Error *e);
