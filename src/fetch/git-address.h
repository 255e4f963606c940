/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Addresses for git: what every user of the machine may read, in git's arguments and those of its
 * helpers, and what only our own environment holds. */

#include "basic/error.h"

/* `ret_plain` is the address without a password, `ret_host` its host, for messages; a password is
 * added to `env`, as a header for that host alone. `owner` is a hosted repository's, or NULL.
 * -EINVAL and a clause for an address that git would show a secret of. */
int git_address_prepare(const char *address, const char *owner, char ***env, Error *e,
                        char **ret_plain, char **ret_host);
