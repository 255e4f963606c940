/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which keys hold secrets, judged by their names: a person who sets "db_password" seldom says that
 * it is one. Errs towards secret, since all it costs is that the value is not shown unasked. */

#include "basic/macro.h"

/* One word of the name (case, '_', '-', '.' and camelCase separate words) is password, passwd,
 * pass, secret, token, credential, apikey or its like, or ends in one ("dbpassword"), or two of
 * them are "api key", "private key" or their like. "tokenizer" and "secretary" are not secret. */
bool name_is_secret(const char *name);

/* The same of any part of a nested key; a NULL-terminated vector. */
bool path_is_secret(char *const *path);
