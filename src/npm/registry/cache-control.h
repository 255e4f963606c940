/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The Cache-Control header of an answer. */

#include "basic/macro.h"

#define CACHE_CONTROL_FRESH_USEC (300 * USEC_PER_SEC) /* for registries that do not say how long */
#define CACHE_CONTROL_FRESH_MAX  (86400 * USEC_PER_SEC)

/* How long a Cache-Control lets a copy be used, in µs; `ret_store` is whether one may be kept. */
uint64_t cache_control_fresh_usec(const char *control, bool *ret_store);
