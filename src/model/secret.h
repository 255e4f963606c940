/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which keys hold secrets, by their names: people who set "db_password" seldom mark it as secret.
 * Errs towards secret, which only means that the value is not shown by default. */

#include "basic/macro.h"

/* One word of the name (case, '_', '-', '.' and camelCase separate words) is password, passwd,
 * pass, secret, token, credential, apikey or the like, or ends in one ("dbpassword"), or two of
 * them are "api key", "private key" or the like. "tokenizer" and "secretary" are not secret. */
bool name_is_secret(const char *name);

/* The same of any part of a nested key; a NULL-terminated vector. */
bool path_is_secret(char *const *path);
