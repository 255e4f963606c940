/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A module's name, and what follows from it: its id in unit names, its folder name, its user, its
 * units. */

#include "basic/error.h"

#define MODULE_NAME_MAX 214 /* npm's limit, scope included */
#define APP_NAME_MAX    64
#define UNIT_PREFIX     "pm2@"
#define UNIT_SLICE      "pm2.slice"

/* In LogExtraFields= of every module's unit: journald keeps these on lines that have lost the
 * slice, and the relay finds all modules' lines by this one field, however many modules there are.
 * Any process can claim it; it does not say which one wrote the line. */
#define UNIT_JOURNAL_MARK "PM2CTL=module"

/* npm's rules for a package name ("tool", "@acme/tool"), less the characters ~!'()* that only very
 * old packages have and that neither a unit name nor a path may hold. -EINVAL and the reason. */
int module_name_check(const char *name, Error *e);

/* The same without a reason. */
bool module_name_is_valid(const char *name);

/* "all" and numbers, which mean something else to verbs than a module of that name. */
bool module_name_is_word(const char *name);

/* What a new module may be called: not such a word, and none of the names that npm only takes for
 * old packages. -EINVAL and the reason. */
int module_name_check_new(const char *name, Error *e);

/* An app's or instance's name as a part of a unit name: [A-Za-z0-9._-]. */
bool app_name_is_valid(const char *app);

/* "@acme/tool" → "acme:tool", else the name itself; reversible, since npm names hold no ':'. */
int module_id_from_name(const char *name, char **ret);

/* The way back; -EINVAL for what is not a valid ID. */
int module_name_from_id(const char *id, char **ret);

/* "@acme/tool" → "@acme+tool". Folders hold no ':': StateDirectory= reads it as a
 * separator. */
int module_folder_from_name(const char *name, char **ret);

/* The way back; -EINVAL for what is not the folder of a module. */
int module_name_from_folder(const char *folder, char **ret);

/* What a unit's own folder and its record are called: "<folder>[@<app>[@<instance>]]". */
int module_unit_folder(const char *name, const char *app, unsigned instance, char **ret);

/* The unit of an app: pm2@<id>.service; with `app` pm2@<id>@<app>.service; with `instance` > 0 as
 * well pm2@<id>@<app>@<instance>.service. `app` is NULL for a module's first app. */
int module_unit_name(const char *name, const char *app, unsigned instance, char **ret);

/* Takes a unit name apart; `ret_app` (may be NULL) becomes NULL for the first app. -EINVAL if it is
 * none of ours. */
int module_from_unit_name(const char *unit, char **ret_name, char **ret_app,
                          unsigned *ret_instance);

/* The same of what systemctl takes for a unit's name, which may lack ".service"; `ret_unit` (may be
 * NULL) is the whole name. */
int module_from_unit_word(const char *word, char **ret_name, char **ret_unit);

/* The one of `names` that a word means: the name itself, or one of its units as systemctl takes it.
 * NULL: none. */
const char *module_find(char *const *names, const char *word);

/* The user name a module's units run under: "pm2-<id>" where that is short and plain enough, else
 * with a hash. */
int module_user_name(const char *name, char **ret);

/* The form with a hash, for where an account of the host owns the plain one. */
int module_user_name_hashed(const char *name, char **ret);
