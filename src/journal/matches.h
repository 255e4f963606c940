/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which entries of the journal libsystemd shows: those that modules' units may have written. */

#include <sys/types.h>

#include "model/scope-kind.h"

typedef struct sd_journal sd_journal;

/* Of a scope's units; the user scope's are those of `uid`. */
int journal_add_matches(sd_journal *j, ScopeKind scope, uid_t uid);
