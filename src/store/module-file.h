/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* module.json, the note in a release that says what was installed. */

#include <sys/types.h>

#include "basic/error.h"

#define MODULE_FILE "module.json"

/* The folder that was linked, whatever its path leads to later. */
typedef struct LinkedFolder {
        bool recorded; /* pm2ctl 0.1 did not record it */
        uid_t owner;
        uint64_t device, inode;
        uint64_t filesystem; /* its id; 0: it has none */
        uid_t user;          /* the number of Module.user; UID_NONE without one */
} LinkedFolder;

/* What module.json in a release says. */
typedef struct Module {
        char *name;
        char *version;
        char *spec;      /* what the administrator asked for */
        char *source;    /* where it came from: a URL or a path; NULL if unknown */
        char *integrity; /* Subresource Integrity of the tarball, or NULL */
        /* the id of the registry's key that signed it; NULL: none, or not checked */
        char *signed_by;
        char *link; /* the folder a linked module runs from, else NULL */
        LinkedFolder linked;
        /* --uid or a linked folder's owner: the user it runs as; NULL: one of its own */
        char *user;
        char *group;
        char *env;   /* --env: which of the apps' "env_…" they get; NULL: none */
        char **args; /* what was behind "--": arguments instead of the app's own; NULL: those */
        unsigned pm_id;
        uint64_t installed_usec; /* since the epoch */
        bool ignore_scripts;     /* --ignore-scripts, --scripts-network: an update keeps them */
        bool scripts_network;

        bool disabled; /* not started at boot; a file of its own, which outlives releases */

        char *release; /* "1.2.0-1"; not in the file */
        /* absolute path of this release's folder with package.json; not in the file */
        char *package;
        char *home; /* the same by way of `current`, so that it stays right over an update; not in
                       the file */
} Module;

/* Frees what it owns. */
void module_done(Module *m);

/* Reads the file at a path below a folder. -EBADMSG for a damaged one, -EPROTO for one a newer
 * pm2ctl wrote. */
int module_file_read(int fd, const char *path, Error *e, Module *ret);

/* Writes it into a release's folder, in one step. */
int module_file_write(int release_fd, const Module *m);
