/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What units reported of themselves: their records, which the relay writes, and their metrics,
 * which their bridges write. All of it is a stranger's words, and of any size up to the files'
 * limits. Readers need no lock: each file is replaced in one step. */

#include "axm/mask.h"
#include "axm/record.h"
#include "module/modules.h"

/* Adds what must not be shown of what a module reports: its secret settings, and the global ones.
 * -EACCES where the caller may not read them. */
int module_add_secrets(const Modules *modules, const char *module, Error *e, Mask *mask);

/* The text of a unit's record: -ENOENT, -EACCES. For those who look into many. */
int unit_record_text(Modules *modules, const char *unit, char **ret, size_t *ret_size);

/* 1 and the record of a unit, which is not masked; 0 if there is none, or none that the caller may
 * read; -EBADMSG with the remedy if it is damaged. Free with record_done(). */
int unit_record(Modules *modules, const char *unit, Error *e, Record *ret);

/* The latest metrics, an object, from the unit's runtime folder, which its bridge has masked; NULL
 * if there are none to be read. */
json_object *unit_monitor(const Modules *modules, const char *unit);

/* The same, or what the record has of them, masked; NULL if there is neither. -ENOMEM. */
int unit_monitor_or_recorded(Modules *modules, const char *module, const char *unit,
                             json_object **ret);

/* A member of what a unit reported as its options: today's libraries send these as they are, the
 * document of 2015 has them below "internals". Borrowed. */
json_object *option_get(json_object *options, const char *key);
