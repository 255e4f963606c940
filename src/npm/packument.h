/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All that the registry says of a package: every version there is. A version is only parsed when it is wanted. */

#include "npm/manifest.h"
#include "npm/semver.h"

#define PACKUMENT_SIZE_MAX     (128U * 1024U * 1024U) /* the largest full ones are at 50 MiB */
#define PACKUMENT_VERSIONS_MAX 100000                 /* the busiest packages have some ten thousands */
#define PACKUMENT_TAGS_MAX     100000

typedef struct PackumentVersion {
        char *text;    /* the version as the registry spells it */
        Semver semver; /* borrows `text` */
        bool valid;    /* it is a version at all */
        Slice json;
        Manifest *manifest; /* once parsed */
} PackumentVersion;

typedef struct PackumentTag {
        char *name;
        char *version;
} PackumentTag;

typedef struct Packument {
        char *name; /* as asked for */
        char *document;
        PackumentVersion *versions; /* in the document's order */
        size_t n_versions;
        PackumentVersion **sorted; /* highest first; those that are no versions are left out */
        size_t n_sorted;
        PackumentTag *tags;
        size_t n_tags;
} Packument;

/* Takes the document over (also on failure): `document` is allocated and need not be terminated. -EBADMSG and a clause
 * for what is none, or is larger than the limits. */
int packument_parse(const char *name, char *document, size_t size, Error *e, Packument **ret);

Packument *packument_free(Packument *p);
DEFINE_CLEANUP(Packument *, packument_free);

/* NULL if there is none. */
PackumentVersion *packument_version(Packument *p, const char *version);
const char *packument_tag(const Packument *p, const char *tag);

/* The versions, highest first; sorts them at the first call. -ENOMEM. */
int packument_sort(Packument *p);

/* The version's manifest, parsed at the first call; borrowed. -EBADMSG and a clause. */
int packument_manifest(Packument *p, PackumentVersion *v, Error *e, Manifest **ret);
