/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What of a folder an app wants to be restarted for. Paths are relative to the folder. */

#include "basic/macro.h"

typedef struct WatchRule {
        char *const *paths;  /* and what is below them; NULL: everything. Borrowed, as the next */
        char *const *ignore; /* shell patterns: one with a slash is of a path, another of a name */
        uint64_t delay_usec; /* of quiet before the restart */
        bool changed;        /* something was */
} WatchRule;

/* Whether a change of what is called so counts for no app: what has a leading dot, node_modules, an
 * editor's copies. */
bool watch_name_is_ignored(const char *name);

/* Whether a change of this path counts; of a folder, also if only something below it would. */
bool watch_rule_wants(const WatchRule *rule, const char *path, bool is_folder);
