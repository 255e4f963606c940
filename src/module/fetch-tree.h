/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Filling a staging folder, by units that may reach the network or run packages' scripts and have
 * as few rights as that takes. All of these block, for up to half an hour, and end with -EINTR when
 * a signal is noted (interrupt_catch()). Then, as on any return, nothing of theirs runs any more;
 * of a process that is killed meanwhile modules_clean_up() stops them. */

#include "module/fetch-request.h"
#include "module/source.h"

/* What the fetch unit says of the tree it made. */
typedef struct Fetched {
        char *name;
        char *version;
        char *source;      /* URL, as it was given; it may hold secrets. NULL: a tarball */
        char *integrity;   /* of the tarball, or NULL */
        char *signed_by;   /* the id of the registry's key; NULL: it is not signed */
        uint64_t packages; /* in the tree */
        bool scripts;      /* some of them want to run scripts when they are installed */
} Fetched;

void fetched_done(Fetched *f);

/* Fills the staging folder's tree: resolves, downloads, verifies and lays out. What the unit has to
 * tell comes as notes, MODULE_NOTE_FETCH. -EIO and the reason for what cannot be had, -EBADMSG for
 * an answer that is none, -EINVAL for a package whose name no module can have. */
int fetch_tree(Modules *modules, const Source *source, const Staging *staging,
               const FetchOptions *options, Error *e, Fetched *ret);

/* Runs the install scripts of the packages in there, in another unit, which has no network unless
 * it is given it. */
int fetch_run_scripts(Modules *modules, const Staging *staging, bool network, Error *e);

/* What the registry has for each of an array of specifications: as many objects {"wanted",
 * "latest"} or {"error"}, the caller's to free. */
int fetch_versions(Modules *modules, const Staging *staging, json_object *specs,
                   const FetchOptions *options, Error *e, json_object **ret);
