/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Versions as npm orders them (semver.org 2.0.0, and npm's loose reading of what is not quite
 * that). */

#include "npm/spec/js-text.h"

#define SEMVER_LENGTH_MAX 256                              /* npm's own */
#define SEMVER_NUMBER_MAX ((UINT64_C(1) << 53) - 1)        /* where JavaScript's integers end */
#define SEMVER_TEXT_MAX   (3 * 17 + SEMVER_LENGTH_MAX + 1) /* what semver_format() writes at most */

typedef enum SemverFlags {
        SEMVER_LOOSE = 1 << 0, /* leading zeros, "v", "=", a prerelease without its hyphen */
        SEMVER_INCLUDE_PRERELEASE = 1 << 1, /* of ranges: prereleases are versions like any other */
} SemverFlags;

/* Borrows the text it was parsed from. Build metadata takes part in nothing and is not kept. */
typedef struct Semver {
        uint64_t major, minor, patch;
        Slice prerelease; /* "beta.1", empty for a release */
} Semver;

/* What stands where a version or a part of one may stand in a range: "1", "1.x", "v1.2.3-beta". A
 * missing component is empty. */
typedef struct SemverParts {
        size_t prefix; /* bytes of "v", "=" and blanks before it */
        Slice major, minor, patch, prerelease;
} SemverParts;

/* 0, or -EINVAL if the text is no version. */
int semver_parse(Slice text, SemverFlags flags, Semver *ret);

/* Negative, 0, positive. */
int semver_compare(const Semver *a, const Semver *b);

/* Writes the normal form, at most SEMVER_TEXT_MAX bytes with the NUL; returns buffer. */
char *semver_format(const Semver *v, char *buffer);

/* Bytes at the start of the text that are a version or a part of one, 0 if there is none. */
size_t semver_scan(Slice text, bool loose, SemverParts *ret);

/* Whether the whole text is one. Loose, "1.2.34.beta" is 1.2.3 with the prerelease "4.beta". */
bool semver_scan_whole(Slice text, bool loose, SemverParts *ret);

static inline bool semver_part_is_number(Slice part) {
        return part.n > 0 && part.s[0] >= '0' && part.s[0] <= '9';
}

/* All three components are there and numbers. */
static inline bool semver_parts_are_complete(const SemverParts *p) {
        return semver_part_is_number(p->major) && semver_part_is_number(p->minor) &&
               semver_part_is_number(p->patch);
}
