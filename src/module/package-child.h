/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Packing and publishing a directory's package. pm2-fetch does it, which has the archive and the
 * network code, as a child with the caller's own rights: it is about the caller's own files and
 * tokens. Its standard error is the caller's, since the package's scripts print there. */

#include "basic/json.h"
#include "module/note.h"

/* Everything is borrowed, and may be NULL or false. */
typedef struct PackageRequest {
        const char *folder; /* with package.json; NULL: the working directory */
        bool ignore_scripts;
        const char *output;             /* pack: the directory of the tarball; NULL: none is made */
        const char *tag, *access, *otp; /* publish: as npm's options */
        bool dry_run;                   /* publish: do all but that */
        ModuleNoteHandler note;         /* gets MODULE_NOTE_NPMRC_IGNORED */
        void *userdata;
} PackageRequest;

/* Makes the tarball: the answer has "filename", "name", "version" and "files", an array of {"path",
 * "size"}. Blocks until the child, with the package's scripts, has ended. -EIO and what the child
 * says is wrong. The answer is the caller's to free. */
int package_pack(const PackageRequest *p, Error *e, json_object **ret);

/* Uploads it to the registry that .npmrc names: the same answer, and "registry" and "tag". Nothing
 * is taken back after that. */
int package_publish(const PackageRequest *p, Error *e, json_object **ret);
