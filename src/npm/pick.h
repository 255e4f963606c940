/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which version of a package is meant. */

#include "npm/packument.h"
#include "npm/platform.h"
#include "npm/spec.h"

/* The version that npm would take: the one the tag or version names; of a range the one tagged
 * "latest" if it is in it, else the highest, in either case one that is not deprecated and runs on
 * this platform's node if there is any such. `spec` is a version, range or tag. -ENOENT and a
 * clause if there is none, -EBADMSG if it cannot be read, -ENOMEM. */
int pick_manifest(Packument *p, const Spec *spec, const Platform *platform, Error *e,
                  Manifest **ret);
