/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which module a word means: its name, the name of one of its units with or without ".service",
 * its number (pm_id), or a path ("." or another that begins with '.' or '/') of the folder that is
 * linked to it, which need not be there any more. */

#include "module/modules.h"

/* Borrowed from `installed`, store_names() of the open store; NULL: it means none of them. */
const char *module_resolve(Modules *modules, char *const *installed, const char *word);

/* 1 and the folder's path if the word is a path, 0 for any other word. For messages. */
int module_word_folder(const char *word, char **ret);
