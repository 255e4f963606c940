/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A package's folder, packed into a tarball in memory. */

#include "fetch/package-request.h"

#define PACKED_TARBALL_MIB 256U /* no registry takes nearly as much */

typedef struct Packed {
        json_object *package; /* package.json */
        json_object *bin;
        json_object *files;
        char *version;  /* in its normal form */
        char *filename; /* "acme-tool-1.0.0.tgz" */
        char *tarball;
        size_t size;
        uint64_t unpacked; /* bytes of the files */
        char *integrity, *shasum;
        char *readme, *readme_file;
        bool gyp; /* there is something to compile */
} Packed;

/* Packs, with the scripts that go before and after; for publish also prepublishOnly. Negative with
 * a clause. */
int packed_make(const PackageRequest *request, bool publish, Error *e, Packed *ret);
void packed_done(Packed *p);

/* An object with "name", "version", "filename", "size", "unpackedSize", "shasum", "integrity" and
 * "files"; the caller owns it. */
int packed_answer(const Packed *p, json_object **ret);
