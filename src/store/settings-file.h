/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where settings are kept: one file for the keys that reach every module, one per module. `module`
 * is NULL for the global one. */

#include "store/settings.h"

typedef struct Scope Scope;

/* A unit's settings, global and its own, in bytes of their files: systemd takes 1 MiB of
 * credentials, and their names and fallbacks need a little of it. */
#define SETTINGS_BYTES_MAX (1024U * 1024U - 4096U)

/* The file's path. -ENOMEM. */
int settings_path(const Scope *scope, const char *module, char **ret);

/* A file that is not there gives empty settings. */
int settings_load(const Scope *scope, const char *module, Error *e, Settings **ret);

/* Replaces the file in one step, mode 0600; removes it if nothing is left. What was written is read
 * back first. The lock must be held. */
int settings_save(const Scope *scope, const char *module, Settings *s, Error *e);

/* Names of the modules that have a file, sorted. */
int settings_modules(const Scope *scope, Error *e, char ***ret);

/* Takes the lock of the scope's settings, to be held from load to save; returns a descriptor that
 * is closed to release it. Makes the folder. */
int settings_lock(const Scope *scope, Error *e);
