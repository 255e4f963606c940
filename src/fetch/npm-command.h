/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The npm procedure by the npm command. */

#include "fetch/request.h"

/* Resolves, downloads, verifies and lays out a module with its dependencies in request->tree; runs
 * none of its code. `folder` is a private one for configuration and a tarball. A failure's clause
 * is npm's error in a sentence. */
int npm_install(const Request *request, const char *folder, Error *e);

/* Runs the install scripts of everything in the tree. Their output goes to standard error. */
int npm_rebuild(const Request *request, const char *folder, Error *e);
