/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A git URL in two parts: all users can read what is in the arguments of git and its helpers, but
 * not what is in its environment. */

#include "basic/error.h"

/* `ret_plain` is the address without a password, `ret_host` its host, for messages; a password is
 * added to `env`, as a header for that host alone. `owner` is a hosted repository's, or NULL.
 * -EINVAL and a clause for an address whose secret would be left in the arguments. */
int git_address_prepare(const char *address, const char *owner, char ***env, Error *e,
                        char **ret_plain, char **ret_host);
