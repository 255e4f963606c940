/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fetch/request.h"

/* Which versions the registry has for the request's specifications, all asked for at once. The
 * answer is {"versions": [{"wanted", "latest"}]}, with {"error"} for a specification that failed.
 * The caller owns `ret`. */
int available_versions(const Request *request, Error *e, json_object **ret);
