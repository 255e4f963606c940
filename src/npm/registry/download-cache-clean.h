/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Emptying the cache. A header of its own, as the file: pm2ctl does this and nothing else with it.
 */

#include "basic/error.h"

/* Removes everything in it; installs under way go on. */
int cache_clean(const char *path, Error *e);
