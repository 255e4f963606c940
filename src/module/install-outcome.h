/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How a module is to be installed, updated, linked or rolled back, and what became of it. */

#include "module/fetch-request.h"
#include "module/modules.h"
#include "store/module-file.h"

/* Everything is borrowed, and may be NULL or false. */
typedef struct InstallOptions {
        /* The user that the module runs as, and the group with it, by name or number, in the system
         * scope alone. NULL: the user of the release before, or one of the module's own; for a
         * linked directory its owner. */
        const char *user, *group;
        const char *env; /* which of its apps' "env_…" the module gets; NULL: as before, or none */
        char *const *args; /* the module's arguments, instead of those that its app declares; empty:
                              the app's own again; NULL: as before */
        bool ignore_scripts;  /* install scripts are not run; recorded, so that updates keep it */
        bool scripts_network; /* they may use the network; recorded likewise */
        FetchOptions fetch;
        bool force;        /* a new release is made and started even of what is installed already */
        bool skip_missing; /* update: a tarball that is gone is INSTALL_SKIPPED, not a failure */
} InstallOptions;

/* Records a copy of the arguments; an empty vector stands for none, rather than for those that the
 * module had before. -ENOMEM. */
int install_options_record_args(const InstallOptions *options, Module *m);

typedef enum InstallMode {
        MODE_INSTALL,  /* starts the module, and enables the services that go with modules. What has
                          not changed runs on, and is started if it does not run */
        MODE_UPDATE,   /* a module that is stopped stays so, and one that has not changed runs on */
        MODE_ROLLBACK, /* the same; the release is there already, and stays whatever comes of it */
} InstallMode;

typedef enum InstallResult {
        INSTALL_FAILED,
        INSTALL_NEW,
        INSTALL_UPDATED,
        INSTALL_UNCHANGED, /* what was fetched is what is installed already */
        INSTALL_LINKED,
        INSTALL_ROLLED_BACK,
        INSTALL_SKIPPED, /* an update without anything to update from: linked, or its tarball gone */
        _INSTALL_RESULT_MAX,
        _INSTALL_RESULT_INVALID = -EINVAL,
} InstallResult;

/* "failed", "installed", "updated", … */
const char *install_result_to_string(InstallResult result);

/* What became of a release that was current already and did not start, with INSTALL_FAILED. */
typedef enum InstallUndo {
        UNDO_NONE,         /* it did not come to that: the module is as it was before */
        UNDO_BACK,         /* the release before is current and runs again */
        UNDO_BACK_STOPPED, /* the release before is current, but does not start either: undo_error */
        UNDO_REMOVED,      /* a first install was interrupted: the module is not installed */
        UNDO_STAYS,        /* a first install: the module is installed, and failed */
        UNDO_FAILED,       /* the new release is still current: undo_error */
        UNDO_REMOVE_FAILED, /* a first install was interrupted, but is installed: undo_error */
} InstallUndo;

/* Zeroed by its maker, who may set `mode` alone; freed with install_outcome_done(). */
typedef struct InstallOutcome {
        InstallMode mode;
        InstallResult result;

        /* 0, or a negative errno and why. With a result other than INSTALL_FAILED the release is
         * current, but was not started: a user has no manager. Set without `r` for
         * INSTALL_SKIPPED. */
        int r;
        Error error;
        InstallUndo undo;
        Error undo_error;

        /* The module as it is, or was to be: as much of it as got known. Its `spec`, `source` and
         * `link` are without secrets. */
        Module module;
        char *previous;         /* the version that was current before; NULL: none */
        char *previous_release; /* that release's name, "1.2.0-1", if another became current */

        uint64_t packages;              /* in its tree, if that was fetched */
        uint64_t began_usec, took_usec; /* until it was current */
        bool stopped;          /* it was not to be started, as the one before was stopped */
        bool replaces_damaged; /* the release before cannot be read, and is no longer kept */
        bool started;          /* INSTALL_UNCHANGED: it did not run, and does now */
} InstallOutcome;

void install_outcome_done(InstallOutcome *outcome);

/* Whether anything on the machine is another than before: a release, or what runs. */
bool install_outcome_changed(const InstallOutcome *outcome);
