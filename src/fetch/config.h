/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What has to be known before a registry can be asked. */

#include "fetch/request.h"
#include "npm/registry/npmrc.h"

/* The caller's configuration, which came with the request. */
int config_read_npmrc(const Request *request, Error *e, Npmrc **ret);

/* The version of the `node` in PATH, to be freed; untouched if there is none. */
void config_find_node(char **ret_version);
