/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* npm/pack: what of a folder goes into a package's tarball, and the tarball itself.
 *
 * The last of npm's four rooms; it uses the others for a few rules they share: limits of what can
 * be unpacked again, commands, the size of a package.json.
 *
 * Entry points:
 *   packlist.h  the files that npm-packlist would choose: "files", .npmignore, .gitignore, names
 *               that are always in or out, bundled dependencies
 *   pack.h      this file: those files as a gzipped tar
 * ignore.h and glob.h are the patterns of ignore files as npm's minimatch matches them; tests/npm
 * compares them, and whole lists of files, with npm's.
 *
 * The folder is its author's, yet untrusted: patterns, their expansions, the steps of matching,
 * files and depths have named limits. What is packed can be installed again by npm/registry's
 * unpack.h: the same limits hold.
 *
 * From the same files comes the same tarball, to the byte: no times, owners or orders of the
 * machine get into it. It only reads the folder, follows links no further than npm does, and runs
 * no script. What is sent to a registry with the tarball is npm/registry's publication.h. */

#include "basic/json.h"
#include "npm/pack/packlist.h"

typedef struct PackResult {
        uint64_t bytes;     /* of the files */
        json_object *files; /* [{"path", "size", "mode"}…]; the caller's */
} PackResult;

/* Writes the files of the list, below the folder `fd`, as a gzipped tar to `out_fd`. `bin` (may be
 * NULL) are the package's commands, which can be run whatever their files' modes say. -EFBIG for
 * more than can be installed again; -EAGAIN for a file that changes meanwhile; with a clause. */
int pack_tarball(int fd, const PackList *list, json_object *bin, int out_fd, Error *e,
                 PackResult *ret);
