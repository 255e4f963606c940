/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Packing a folder, and publishing what was packed. Unlike the other modes these run as the
 * caller's own process: they need the caller's files and configuration. The request is standard
 * input: {"folder", "npmrc", "env", "ignore_scripts"}, and for pack "output", the folder where the
 * tarball is put (without it none is), for publish "tag", "access", "otp", "dry_run". */

#include "basic/error.h"
#include "basic/json.h"
#include "npm/registry/npmrc.h"

#define PACKAGE_REQUEST_MAX (1024U * 1024U)        /* bytes; .npmrc files may hold certificates */
#define PACKAGE_TARBALL_MAX (256U * 1024U * 1024U) /* no registry takes nearly as much */

typedef struct Packed {
        json_object *package; /* package.json */
        json_object *bin;
        json_object *files;
        char *version;  /* in its normal form */
        char *filename; /* "acme-tool-1.0.0.tgz" */
        char *tarball;
        size_t size;
        uint64_t unpacked;
        char *integrity, *shasum;
        char *readme, *readme_file;
        bool gyp;
} Packed;

/* Mode "pack" or "publish" from request to answer. pack's has "name", "version", "filename",
 * "size", "unpackedSize", "shasum", "integrity" and "files", publish's also "registry", "tag",
 * "published".
 */
int package_run(const char *mode, Error *e, json_object **ret);

int package_publish(json_object *request, const Npmrc *npmrc, Error *e, json_object **ret);

/* Packs with the scripts that go before and after; for publish also prepublishOnly. */
int packed_make(json_object *request, const Npmrc *npmrc, bool publish, Error *e, Packed *ret);
void packed_done(Packed *p);
int packed_answer(const Packed *p, json_object **ret);

/* Runs the package's script of that name, if there is one and scripts are not to be ignored. */
int package_script(json_object *request, json_object *package, const char *event, Error *e);
