/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which version of a package is meant. */

#include "npm/registry/packument.h"

typedef struct Platform Platform;
typedef struct Spec Spec;

/* Of all choices for a tree together: bounds that a version was compared with, and what reading a
 * version's text and "engines" costs in their measure. About a second; real trees of thousands of
 * packages take less than a hundredth of it. */
#define PICK_STEPS_MAX 150000000

/* `before_usec` leaves out what was published later, with USEC_INFINITY nothing; of what is said to
 * be published at no time at all it leaves out nothing either. Of a tag that leads to what is left
 * out the highest version below it is taken.
 *
 * The version that npm would take: the one the tag or version names; of a range the one tagged
 * "latest" if it is in it, else the highest, in either case one that is not deprecated and runs on
 * this platform's node if there is any such. `spec` is a version, range or tag. -ENOENT and a
 * clause if there is none, -EBADMSG if it cannot be read, -E2BIG after PICK_STEPS_MAX, -ENOMEM.
 * `steps` is counted up; NULL for a choice by itself. */
int pick_manifest(Packument *p, const Spec *spec, const Platform *platform, uint64_t before_usec,
                  uint64_t *steps, Error *e, Manifest **ret);
