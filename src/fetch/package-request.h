/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The request for modes "pack" and "publish", which run as children of pm2ctl with the caller's
 * rights, since they need the caller's files and configuration: a JSON document on standard input,
 * {"folder", "npmrc", "env", "ignore_scripts"}, for pack with "output", for publish with "tag",
 * "access", "otp", "dry_run". */

#include "basic/error.h"
#include "basic/json.h"

#define PACKAGE_REQUEST_MAX (1024U * 1024U) /* bytes; .npmrc files may hold certificates */

typedef struct Npmrc Npmrc;

typedef struct PackageRequest {
        json_object *json;
        const char *folder; /* the package's, an absolute path; borrowed from `json` */
        bool ignore_scripts;
        Npmrc *npmrc;
} PackageRequest;

/* Reads it from standard input. -EBADMSG and others with a clause. */
int package_request_read(Error *e, PackageRequest *ret);
void package_request_done(PackageRequest *request);
