/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* When the versions of a package were published. */

#include "npm/registry/packument.h"

/* Sets published_usec of the versions that `times`, the value of the document's "time", has,
 * spelled without escapes. Negative as json_scan_member() is, -ENOMEM. */
int packument_load_times(Packument *p, Slice times);
