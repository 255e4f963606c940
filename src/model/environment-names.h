/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names of environment variables that settings and packages may not set as they like. */

#include "basic/macro.h"

/* How a module finds its channel. */
#define ENVIRONMENT_CHANNEL      "NODE_CHANNEL_FD"
#define ENVIRONMENT_CHANNEL_MODE "NODE_CHANNEL_SERIALIZATION_MODE"

/* The number of the instance, unless the app names another variable for it. */
#define ENVIRONMENT_INSTANCE "NODE_APP_INSTANCE"

/* Whether a variable is one that a package may not set: those that say as whom the process runs,
 * where its programs are, and what systemd and pm2ctl tell it. */
bool environment_is_reserved(const char *name);

/* Whether it is one of the channel's, which no setting may set either. */
bool environment_is_channel(const char *name);
