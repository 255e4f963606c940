/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which files of a folder are the package: what npm would take of it, by "files", the ignore files,
 * and the names that are always in or always out; and the dependencies that it brings along. */

#include "basic/json.h"

#define PACKLIST_FILES_MAX 100000 /* what can be installed again */
#define PACKLIST_DEPTH_MAX 100    /* folders within folders */

typedef struct PackFile {
        char *path;  /* below the folder */
        bool linked; /* a symlink of node_modules is on the way, which may lead out of the folder */
} PackFile;

typedef struct PackList {
        PackFile *files; /* in npm's order: by extension, so that they compress well */
        size_t n;
} PackList;

/* `package` is the package.json of the folder `fd`. Reads nothing but ignore files and the
 * package.json of bundled dependencies. -E2BIG for what is beyond the limits, with a clause. */
int packlist(int fd, json_object *package, Error *e, PackList *ret);

void packlist_done(PackList *list);

bool packlist_contains(const PackList *list, const char *path);
