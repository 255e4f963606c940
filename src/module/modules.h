/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What happens to modules, for any caller: a command, a daemon, a file that declares them. This is
 * the layer's main header: the installed modules of one scope, and what it takes to act on them,
 * the folders, the store and the connection to the manager. Nearly every function of the layer
 * gets a Modules first.
 *
 * The layer knows no command line, prints nothing and logs nothing above debug. What became of
 * each module is in the outcomes that are returned (module/outcome.h, module/install-outcome.h);
 * what is worth telling beside that comes while it happens, as notes (module/note.h) and as
 * progress (module/progress.h). Sentences, tables, JSON and exit statuses are for the caller to
 * make. Only what runs pm2-fetch for a package (module/package-child.h) hands on this process's
 * standard error.
 *
 *   what there is            units, survey, details, unit-facts, reports, measured, resolve,
 *                            process-environment, available, releases, runtime-space, journal-*
 *   what runs                start, stop, restart, actions; enable, services; watch-*, timer-restart
 *   settings                 settings-edit and -set, -apply, -in-force, -check
 *   what is installed        source, preflight, package-check, fetch-*, install-*, link, remove,
 *                            cleanup
 *
 * Conventions of all its headers. Times are µs, of now_usec() (the monotonic clock) where nothing
 * else is said; amounts are bytes. Functions return 0 or more, or a negative errno with a clause
 * in their Error; an errno that a caller may want to tell from others is named with the function.
 * What they return is the caller's to free, unless it is called borrowed; on failure nothing is
 * returned unless that is said. A function that reads what is installed needs the store open, one
 * that acts on units the bus, unless its header says that it opens them.
 *
 * Any number of processes may act on the same scope at the same time: locks in the state folder
 * (module/lock.h) keep apart what must not meet, and a reader finds each file whole. Nothing is
 * lost with a process that is killed: the next change ends what it left (module/cleanup.h). It is
 * not for several threads of one process: root reads linked directories with the effective user of
 * those who may change them, and that is all threads'. Notes of units (MODULE_NOTE_UNIT_KILLED,
 * MODULE_NOTE_PROPERTY_IGNORED) go to the Modules that was opened last in the process.
 *
 * A function blocks if it says that it waits or blocks; all others take a few system calls. In an
 * event loop those that wait for units (start, stop, restart, install) belong in a process of
 * their own; actions can be polled. */

#include "basic/error.h"
#include "module/note.h"
#include "module/progress.h"
#include "store/scope.h"

typedef struct sd_bus sd_bus;
typedef struct Store Store;

/* A module that stays up this long has started, unless its caller asks for more. */
#define MODULE_SETTLE_USEC (1 * USEC_PER_SEC)

typedef struct ModulesOptions {
        ScopeKind kind;
        uint64_t settle_usec;   /* how long a module has to stay up; less than MODULE_SETTLE_USEC is
                                   as much as that */
        ModuleNoteHandler note; /* may be NULL, as the next */
        ModuleProgressHandler progress; /* called from within functions that block */
        void *userdata;                 /* the first argument of both */
} ModulesOptions;

/* Filled by modules_open(), and not to be moved. Scope and bus are there to be read, and `bus` to
 * be attached to an event loop; the rest is this layer's own. */
typedef struct Modules {
        Scope scope;
        Store *store; /* NULL until modules_open_store() */
        sd_bus *bus;  /* NULL until modules_open_bus() */
        uint64_t settle_usec;
        int at_boot;       /* services_at_boot()'s answer: 1, -1; 0: not known yet */
        int records_fd;    /* of the folder with the records */
        bool runtime_full; /* and noted */
        ModuleNoteHandler note;
        ModuleProgressHandler progress;
        void *userdata;
} Modules;

/* Finds the scope's folders; opens nothing else. -EINVAL for a user without an absolute home. */
int modules_open(const ModulesOptions *options, Error *e, Modules *ret);
void modules_close(Modules *modules);

/* Opens the store of installed modules, once; with `create` its folders are made. -ENOENT where
 * nothing was ever installed. */
int modules_open_store(Modules *modules, bool create, Error *e);

/* Names of the installed modules, sorted; opens the store. NULL where nothing was ever installed.
 */
int modules_installed(Modules *modules, Error *e, char ***ret);

/* Connects to the scope's manager, once. Blocks until it is connected. -EHOSTDOWN and the remedy
 * where there is no manager. */
int modules_open_bus(Modules *modules, Error *e);

/* The same, but a user without a manager does without: 0, and modules->bus is NULL. */
int modules_open_bus_or_none(Modules *modules, Error *e);

/* The same for what only looks: a user's missing manager is a note, MODULE_NOTE_NO_MANAGER. */
int modules_open_bus_or_note(Modules *modules, Error *e);

/* For this layer: calls the handler of notes, if there is one. */
void module_note(const Modules *modules, const ModuleNote *note);

/* The same for a failure; fills in `r` and the clause. Returns `r`. */
int module_note_failure(const Modules *modules, ModuleNote note, int r, const Error *e);

/* For this layer: calls the handler of progress, if there is one. */
void module_progress(const Modules *modules, const ModuleProgress *progress);
