/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What .npmrc says about connections. */

#include "npm/registry/http.h"
#include "npm/registry/npmrc.h"

/* How connections are made; proxies also from the environment's own variables. Strings are
 * borrowed. -EINVAL for a value that is no number and the like. */
int npmrc_http_config(const Npmrc *n, Error *e, HttpConfig *ret);
