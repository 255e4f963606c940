/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The steps of install, update and rollback. Each leaves the old state whole until the last one. */

#include "basic/json.h"
#include "ctl/ctl.h"
#include "module/fetch-tree.h"
#include "module/source.h"
#include "store/module-file.h"
#include "store/staging.h"

/* What became of one. */
typedef enum InstallResult {
        INSTALL_FAILED,
        INSTALL_NEW,
        INSTALL_UPDATED,
        INSTALL_UNCHANGED, /* an update of what is the newest already */
        INSTALL_LINKED,
        INSTALL_ROLLED_BACK,
        INSTALL_SKIPPED, /* there is nothing it could be updated from */
        _INSTALL_RESULT_MAX,
        _INSTALL_RESULT_INVALID = -EINVAL,
} InstallResult;

const char *install_result_to_string(InstallResult result);

/* One on its way. */
typedef struct Install {
        Module module;  /* as it is to be */
        char *previous; /* the version before; NULL: none */
        bool update;    /* what is stopped stays so, and what has not changed runs on */
        bool rollback;  /* the release is there already, and stays whatever comes of it */

        uint64_t packages;
        uint64_t began_usec, took_usec; /* until it was the current release */
        bool stopped;                   /* it was not to be started */
        InstallResult result;
        Error error;
} Install;

void install_done(Install *in);

/* Says what became of it, which is `r`: in words, or as one JSON object on standard output. Returns
 * that, or what went wrong with the saying. */
int install_report(Context *c, const Install *in, int r);

/* The whole way of one source, whatever it is; says what went wrong. `in` has what an update keeps.
 */
int install_source(Context *c, const Source *source, Install *in);

/* Links a folder as a module: nothing is copied. */
int install_folder(Context *c, const Source *source, Install *in);

/* --uid, --gid as they are written into module.json; NULL where they were not given. Negative where
 * nobody is called so, or where they do not go with the scope. */
int install_identity(const Context *c, Error *e, char **ret_user, char **ret_group);

/* For the verbs that install: opens bus and store and clears what killed ones left. */
int install_open(Context *c, Error *e);

/* The last steps: the tree (NULL: a linked folder, or a release that is there) becomes a release
 * and the current one, and is started; if it does not stay up, an update goes back to the release
 * before. Says what went wrong. */
int install_commit(Context *c, const char *tree, Install *in);

/* The options of the command line about fetching. */
FetchOptions fetch_options(const Arguments *arg);
