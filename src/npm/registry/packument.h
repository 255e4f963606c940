/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All that the registry says of a package: every version there is. A version is only parsed when it
 * is wanted. */

#include "npm/registry/manifest.h"
#include "npm/spec/semver.h"

/* The largest published ones have about 20 MiB. */
#define PACKUMENT_SIZE_MAX       (64U * 1024U * 1024U)

#define PACKUMENT_VERSIONS_MAX   100000 /* the busiest packages have some ten thousands */
#define PACKUMENT_TAGS_MAX       100000
#define PACKUMENT_DEPRECATED_MAX 1024 /* bytes kept of why a version is; people write some 100 */

/* Bytes of one version's text; those with thousands of dependencies have 300 KiB. */
#define PACKUMENT_MANIFEST_MAX (1024U * 1024U)

typedef struct PackumentVersion {
        char *text;              /* the version as the registry spells it */
        Semver semver;           /* borrows `text` */
        bool valid;              /* it is a version at all */
        uint64_t published_usec; /* 0 if the document does not say when, as the form for installers
                                    never does; USEC_INFINITY if what it says is no date */
        Slice json;              /* what is needed of it, in `document` */
        uint8_t rank;            /* pick.c's; 0: not known yet */
        Manifest *manifest;      /* once parsed */
} PackumentVersion;

typedef struct PackumentTag {
        char *name;
        char *version;
} PackumentTag;

typedef struct Packument {
        char *name; /* as the document says, for messages */
        char *document;
        PackumentVersion *versions; /* in the document's order */
        size_t n_versions;
        PackumentVersion **sorted; /* highest first; those that are no versions are left out */
        size_t n_sorted;
        PackumentTag *tags;
        size_t n_tags;
        size_t parsed_size; /* of the versions' texts that manifests were made of */
} Packument;

Packument *packument_free(Packument *p);
DEFINE_CLEANUP(Packument *, packument_free);

/* About how many bytes of memory it takes, with the manifests that were parsed. */
size_t packument_size(const Packument *p);

/* NULL if there is none. */
PackumentVersion *packument_version(Packument *p, const char *version);
const char *packument_tag(const Packument *p, const char *tag);

/* The versions, highest first; sorts them at the first call. -ENOMEM. */
int packument_sort(Packument *p);

/* The version's manifest, parsed at the first call; borrowed. -EBADMSG and a clause. */
int packument_manifest(Packument *p, PackumentVersion *v, Error *e, Manifest **ret);

/* Forget what was read so far: of several members of one name the last counts. */
void packument_drop_versions(Packument *p);
void packument_drop_tags(Packument *p);
