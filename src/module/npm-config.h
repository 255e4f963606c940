/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The caller's npm configuration, collected to be handed to the fetch unit, which can see none of
 * these files. */

#include "basic/json.h"
#include "module/modules.h"

/* Adds {"npmrc": [{"path", "text"}…], "env": {name: value}} to a request: the global .npmrc files,
 * the user's (NPM_CONFIG_USERCONFIG, or ~/.npmrc), and that of `folder`, the strongest last; a
 * missing file is left out, and so, with MODULE_NOTE_NPMRC_IGNORED, is one that others may have
 * written to. The variables are those called npm_config_*, what the files name as ${NAME}, and
 * http_proxy, https_proxy and no_proxy, also if the caller has them in capitals. There may be
 * tokens in all of it. Negative, with the path, for a file that cannot be read. Of `modules` only
 * the handler of notes is used. */
int npm_config_collect(const Modules *modules, const char *folder, json_object *request, Error *e);
