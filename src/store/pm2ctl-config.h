/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* pm2ctl's own configuration, pm2ctl.ini: how pm2ctl itself behaves, as opposed to settings.ini,
 * which is for modules. Only read, never written. */

#include "npm/registry/registry-key.h"

typedef struct Scope Scope;

#define CONFIG_FILE "pm2ctl.ini"

typedef struct Pm2ctlConfig {
        SignaturePolicy signatures;
} Pm2ctlConfig;

/* A missing file gives the defaults. -EBADMSG for a file that cannot be read as one,
 * -EINVAL for an option or a value that is not known, with a clause that names the line. */
int pm2ctl_config_load(const Scope *scope, Error *e, Pm2ctlConfig *ret);
