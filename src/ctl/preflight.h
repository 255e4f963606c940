/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The check before anything is changed: can this package be run as a module here? */

#include "basic/error.h"
#include "basic/macro.h"
#include "model/package.h"
#include "model/scope-kind.h"

/* The package lies in the folder `fd`. -EINVAL or -ENOENT and a clause with field and remedy. */
int preflight(int fd, const Package *p, ScopeKind scope, Error *e);

/* Whether an app declares the environment that --env asks for; NULL is fine. */
int preflight_env(const Package *p, const char *env, Error *e);

/* One notice for all fields of the package's apps that have no effect here. */
void preflight_notice_ignored(const Package *p);
