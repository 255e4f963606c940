/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* pm2ctl's own configuration, pm2ctl.ini: how pm2ctl itself behaves, as opposed to settings.ini,
 * which is for modules. Only read, never written. */

#include "model/registry-key.h"
#include "store/scope.h"

#define CONFIG_FILE "pm2ctl.ini"

typedef struct Config {
        SignaturePolicy signatures;
} Config;

/* A file that is not there leaves the defaults. Options that are not known (a newer version's, or
 * misspelled) are clauses in `ret_unknown`, which the caller frees. -EBADMSG for a file that cannot
 * be read as one, -EINVAL for a value, both with a clause that names the line. */
int config_load(const Scope *scope, Error *e, Config *ret, char ***ret_unknown);

/* The same of a text. */
int config_parse(const char *text, size_t size, const char *origin, Error *e, Config *ret,
                 char ***ret_unknown);
