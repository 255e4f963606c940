/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which registry serves a package, and from where its tarball is fetched. */

#include "npm/registry/npmrc.h"

/* The registry that serves a package name; ends in a slash. -EDESTADDRREQ with how to set one if
 * there is none, -EINVAL if what is set is no http(s) address. The caller frees. */
int npmrc_registry(const Npmrc *n, const char *name, Error *e, char **ret);

/* Where the tarball of a package is fetched from: its address, but a mirror of the registry this
 * program was built for is asked for what that registry says it has itself (npm's setting
 * 'replace-registry-host' changes which). The caller frees. */
int npmrc_tarball_url(const Npmrc *n, const char *name, const char *url, Error *e, char **ret);
