/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reading and changing settings: each file is loaded once, all that were changed are written
 * together under the scope's lock, then the modules they reach may be restarted, once
 * (module/settings-apply.h). Each file is replaced in one step; killed between two, the next reader
 * finds some written and the others as they were. */

#include "model/package.h"
#include "module/modules.h"
#include "store/settings.h"

typedef struct SettingsEditFile SettingsEditFile;

typedef struct SettingsEdit {
        Modules *modules;
        char **installed; /* names of modules, sorted */
        char **known;     /* those that are installed, or have settings all the same */
        char **skipped;   /* broken before the change: not to be restarted */
        bool grows;       /* something was set; what was wrong before, and still is after a change
                             that only takes away, is no reason to refuse it */
        SettingsEditFile *files;
        size_t n_files;
        int lock_fd;
} SettingsEdit;

#define SETTINGS_EDIT_NULL ((SettingsEdit) { .lock_fd = -EBADF })

/* With `write` the scope's lock on settings is taken, for which this waits, and held until
 * settings_edit_commit(). */
int settings_edit_open(Modules *modules, bool write, Error *e, SettingsEdit *ret);
void settings_edit_done(SettingsEdit *edit);

/* The settings of a module (NULL: the global ones), loaded when first asked for; borrowed. */
int settings_edit_load(SettingsEdit *edit, const char *module, Error *e, Settings **ret);

/* The module's package, or package_unknown() where it is not installed. */
int settings_edit_package(SettingsEdit *edit, const char *module, Error *e, Package *ret);

/* Notes that a change names a module's settings, which were loaded; if they `changed`, they are
 * written. */
void settings_edit_touch(SettingsEdit *edit, const char *module, bool changed);

/* Calls for each module (NULL: the global settings) that changes have named, in their order; ends
 * at a negative return, which it returns. */
typedef int (*SettingsEditVisit)(const char *module, bool changed, void *userdata);
int settings_edit_foreach(const SettingsEdit *edit, SettingsEditVisit visit, void *userdata);

/* Writes what was changed if every module it reaches can still be started with it, and releases the
 * lock. Nothing is written if anything is wrong: -E2BIG, -EINVAL, -ENOENT with a clause that names
 * the module. A module that was broken before is noted, SETTINGS_SKIPPED, and skipped. */
int settings_edit_commit(SettingsEdit *edit, Error *e);

/* Names of the installed modules that the changes reach, without those that were skipped; NULL:
 * none. */
int settings_edit_reached(SettingsEdit *edit, char ***ret);
