/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The units in which a staging folder is filled: pm2-<mode>@<number>.service, by pm2-fetch's words
 * (fetch, versions, scripts) and the number of the folder. */

#include "module/modules.h"

int fetch_unit_name(const char *mode, const char *number, char **ret);

/* Stops those of one staging folder with all their processes, and waits for it. */
int fetch_units_stop(Modules *modules, const char *number, Error *e);
