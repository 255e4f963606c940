/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Version ranges as npm reads them: "^1.2", "1.x || >=2.5.0", "1.2 - 3". A range is compiled once
 * into comparators and then tested against any number of versions. */

#include "npm/spec/semver.h"

/* Npm has no limit; the longest published range is a few hundred bytes. */
#define RANGE_LENGTH_MAX (16U * 1024U)

typedef struct Range Range;

/* 0, -EINVAL if npm would not take it as a range, -ENOMEM. An empty text is "*". */
int range_parse(Slice text, SemverFlags flags, Range **ret);

Range *range_free(Range *r);
DEFINE_CLEANUP(Range *, range_free);

bool range_test(const Range *r, const Semver *v);

/* How many bounds a test compares at most, long ones counted for more. */
size_t range_size(const Range *r);

/* range_test() of a version's text; false if it is no version by the range's own flags. */
bool range_test_text(const Range *r, Slice version);

/* The normal form, as a new string; "*" for what takes any version. NULL if out of memory. */
char *range_format(const Range *r);
