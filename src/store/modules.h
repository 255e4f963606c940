/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The installed modules of a scope: <state>/modules/<folder>/ with releases/<version>-<n>/ and
 * `current`, a symlink to one of them. Switching that link is the only commit: before it the old
 * state holds, after it the new one. */

#include <sys/types.h>

#include "basic/error.h"
#include "basic/macro.h"
#include "model/package.h"
#include "store/scope.h"

typedef struct Store Store;

/* The folder that was linked, whatever its path leads to later. */
typedef struct Linked {
        bool recorded; /* pm2ctl 0.1 did not record it */
        uid_t owner;
        uint64_t device, inode;
        uint64_t filesystem; /* its id; 0: it has none */
        uid_t user;          /* the number of Module.user; UID_NONE without one */
} Linked;

/* What module.json in a release says. */
typedef struct Module {
        char *name;
        char *version;
        char *spec;      /* what the administrator asked for */
        char *source;    /* where it came from: a URL or a path; NULL if unknown */
        char *integrity; /* Subresource Integrity of the tarball, or NULL */
        char *signed_by; /* the id of the registry's key that signed it; NULL: none, or not checked
                          */
        char *link;      /* the folder a linked module runs from, else NULL */
        Linked linked;
        char *user; /* --uid or a linked folder's owner: the user it runs as; NULL: one of its own
                     */
        char *group;
        char *env; /* --env: which of the apps' "env_…" they get; NULL: none */
        unsigned pm_id;
        uint64_t installed_usec; /* since the epoch */
        bool ignore_scripts;     /* --ignore-scripts, --scripts-network: an update keeps them */
        bool scripts_network;

        bool disabled; /* not started at boot; a file of its own, which outlives releases */

        char *release; /* "1.2.0-1"; not in the file */
        char *package; /* absolute path of this release's folder with package.json; not in the file
                        */
        char *home; /* the same by way of `current`, so that it stays right over an update; not in
                       the file */
} Module;

void module_done(Module *m);

/* Opens the scope's module folders; with `create` they are made where they are missing. -ENOENT
 * without them. */
int store_open(const Scope *scope, bool create, Error *e, Store **ret);
Store *store_close(Store *s);

/* The state folder's descriptor, borrowed. */
int store_fd(const Store *s);
DEFINE_CLEANUP(Store *, store_close);

/* Takes the lock writers hold while they commit; released by closing the descriptor returned. */
int store_lock(Store *s, Error *e);

/* Keeps modules as they are, installed or not: exclusively for who installs or removes one, from
 * the first step to the last, shared for who starts some. Taken before store_lock(), and for more
 * than one module only shared, or two could wait for each other. Released by closing the descriptor
 * returned. */
int store_lock_modules(Store *s, char *const *names, bool exclusive, Error *e);

/* Names of the installed modules, sorted; an empty store gives an empty vector. */
int store_names(Store *s, Error *e, char ***ret);

/* 1 and the current release of a module, 0 if it is not installed, negative if what is there cannot
 * be read. */
int store_load(Store *s, const char *name, Error *e, Module *ret);

/* Root acts as the user that a linked module runs as until user_return(), since that user may put
 * anything in the place of anything there. -ESRCH if the account is gone. */
int store_become_user(const Module *m, Error *e);

/* Opens (O_PATH) the folder with a module's package.json. Of a linked module that is the folder
 * that was linked, by a path without symlinks, or -ESTALE. Returns the descriptor. */
int store_open_package(const Module *m, Error *e);

/* Reads package.json in there, its apps' env as `env` has it, all as the user a linked module runs
 * as. The second one opens the folder first. */
int store_read_package_at(const Module *m, int package_fd, Error *e, Package *ret);
int store_read_package(const Module *m, Error *e, Package *ret);

/* Whether the module is started at boot. -ENOENT if it is not installed. */
int store_set_disabled(Store *s, const char *name, bool disabled, Error *e);

/* The smallest number no installed module has. */
int store_next_id(Store *s, Error *e, unsigned *ret);

/* Moves `tree` (an absolute path on the same file system; NULL for a linked module) into a new
 * release with m's module.json, without making it current. Sets m->release and m->package. */
int store_add_release(Store *s, const char *tree, Module *m, Error *e);

/* Makes a release the current one: the commit. `ret_previous` (may be NULL) gets the one before,
 * NULL if none. */
int store_switch(Store *s, const char *name, const char *release, Error *e, char **ret_previous);

/* The release that was current before the current one: 1, or 0 if none is kept. */
int store_load_previous(Store *s, const char *name, Error *e, Module *ret);

/* Reads a file that lies beside a release's tree, such as its package-lock.json. -ENOENT. */
int store_read_release_file(Store *s, const Module *m, const char *file, size_t max, char **ret,
                            size_t *ret_size);

/* Removes all releases but the current one and `keep` (may be NULL). */
int store_prune(Store *s, const char *name, const char *keep, Error *e);

/* Takes a release away that is not current. */
int store_drop_release(Store *s, const char *name, const char *release, Error *e);

/* What store_remove() calls a module's folder while it lies in the staging folder. */
#define STAGING_REMOVED "removed-"

/* Removes a module in two steps: out of sight by one rename, 0 if it was not there; then its files.
 * Who is killed in between leaves the rest to staging_clear(). */
int store_remove(Store *s, const char *name, Error *e);
int store_remove_files(Store *s, const char *name, Error *e);

/* Removes folders of modules that no install has committed. Under the store's lock. */
int store_remove_uncommitted(Store *s, Error *e);

/* Removes what a module has written, in either place systemd may have put its data, or sets it
 * aside. Its units must have stopped. */
int store_remove_data(const Scope *scope, const char *name);
