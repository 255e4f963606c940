/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which variables of the caller's environment are used. Variables say which programs and files are
 * run and read, so they are only used as far as the caller could do the same without pm2ctl. */

#include "basic/macro.h"

/* Called first in main(), with the name of a variable that root's environment may not set, or NULL.
 * In secure-execution mode (setuid, setgid, file capabilities) only variables that name no program
 * and no file are left, and PATH is the default. What is removed is named in a warning. */
void env_protect(const char *not_for_root);
