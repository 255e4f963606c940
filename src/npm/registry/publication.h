/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a registry is sent to publish a version: the package's document with this version alone,
 * and its tarball. Pure. */

#include "basic/json.h"

#define PUBLICATION_README_MAX (64U * 1024U) /* bytes that a registry shows */

typedef struct Publication {
        json_object *package; /* package.json */
        json_object *bin;     /* its commands, or NULL */
        const char *name, *version;
        const char *tag;
        const char *access; /* "public", "restricted", or NULL: as the registry has it */
        const char *readme, *readme_file; /* or NULL */
        const char *registry;             /* ends in a slash */
        const char *integrity;            /* "sha512-…" */
        const char *shasum;               /* SHA-1, hexadecimal */
        const void *tarball;
        size_t size;
        bool gyp; /* there is a .gyp file, so it has to be compiled where it is installed */
} Publication;

/* The document as text; the caller frees. */
int publication_text(const Publication *p, char **ret);

/* Whether a package can be called so: 0, or -EINVAL with a clause. */
typedef int (*PublicationNameCheck)(const char *name, Error *e);

/* What is wrong with a package.json that is to be packed, or with `publish` published: -EINVAL for
 * an invalid name or version, -EPERM for a private package; a clause with the remedy. `check_name`
 * is the caller's rule for names. `ret_version` is the version's normal form. */
int publication_check(json_object *package, PublicationNameCheck check_name, bool publish, Error *e,
                      char **ret_version);

/* A tag may not look like a range of versions: -EINVAL. */
int publication_check_tag(const char *tag, Error *e);
