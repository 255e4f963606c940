/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What publication-fields.c (texts and objects) and publication-lists.c (lists of them) share. */

#include "basic/json.h"
#include "npm/spec/hosted.h"

/* publication-fields.c */
/* 1 if the member names a repository of a known service, which is in npm's form then; 0 if it does
 * not. `ret` may be NULL. A shortcut stays one in dependencies. */
int publication_fix_hosted(json_object *o, const char *key, bool in_dependencies, Hosted *ret);

/* publication-lists.c */
/* keywords, man, files, modules, scripts, dependencies, devDependencies. */
int publication_normalize_lists(json_object *package);
